import { describe, expect, it } from '@jest/globals';
import { compileCondition } from './condition.js';
import type { ConditionFault } from './position.js';

function faultsOf(text: string): ConditionFault[] {
  const compiled = compileCondition(text);
  return 'faults' in compiled ? compiled.faults : [];
}
const messagesOf = (text: string) =>
  faultsOf(text)
    .map(({ message }) => message)
    .join('\n');

const role = "user.role is only for user.role == 'x'";

describe('uses of user.role that could let a second role pass', () => {
  it.each([
    "'a' == user.role",
    'user.role == user.username',
    'user.role == context.role',
    'user.role == user.role',
    "user.role == 'a' + 'b'",
    'user.role == 1',
    "user.role < 'b'",
    'user.role in []',
    "user.role in ['a', user.username]",
    "user.role in ['a', 1]",
    'user.role in user.roles',
    'user.role in context.roles',
    "user.role.startsWith('a')",
    "user.role.matches('a')",
    'size(user.role) > 1',
    'has(user.role)',
    "['a'].exists(x, user.role == x)",
    "['a'].all(x, x == user.role)",
    "[user.role].exists(x, x == 'a')",
    "(user.role == 'a' ? user.role : 'b') == 'b'",
    "context.labels[user.role] == 'a'",
    'user.role',
    "user.role.id == 'a'",
  ])('%s', (text) => expect(messagesOf(text)).toContain(role));

  it.each([
    ["user['role'] == 'a'", 'brackets are only for what is in context'],
    ["['a'].exists(user, user.role == 'a')", 'user cannot be the variable of exists'],
    ["user.exists(k, k == 'role')", 'user alone is no value'],
    ["'role' in user", 'user alone is no value'],
    ['user == context.user', 'user alone is no value'],
    ["{'u': user}.u.role == 'a'", 'maps and messages'],
    ["[user][0].role == 'a'", 'brackets are only for'],
    ["[user].exists(u, u.role == 'a')", 'user alone is no value'],
  ])('%s', (text, reason) => expect(messagesOf(text)).toContain(reason));
});

describe('what is not known', () => {
  it.each([
    ['users.id == 1', 'no variable users: there are user, resource, request, action, context'],
    ['"@roles" in @roles', 'has'],
    ['user.nme == "x"', 'user has no attribute nme: it has id, username, email, role, roles'],
    ['resource.infra == "x"', 'resource has no attribute infra'],
    ['request.headers == "x"', 'request has no attribute headers'],
    ['user.id.length == 3', 'no attribute length here'],
    ['action.name == "x"', 'action is a string'],
    ['user.__proto__ == "x"', 'no attribute __proto__'],
    ['user.constructor == "x"', 'no attribute constructor'],
    ['context.constructor == "x"', 'no attribute constructor'],
    ['context.labels.prototype == "x"', 'no attribute prototype'],
    ['context["__proto__"] == "x"', 'no attribute __proto__'],
    ['has(context.__proto__)', 'no attribute __proto__'],
    ['constructor == "x"', 'no variable constructor'],
    ['user.roles.exists(r, r.constructor == "x")', 'no attribute constructor'],
    ['fetch("x")', 'no function fetch: there are has, exists'],
    ['constructor("x")', 'no function constructor'],
    ['user.id.toString() == "x"', 'no function toString'],
    ['type(user.id) == string', 'no function type'],
    ['has(context)', 'has(…) takes one attribute'],
    ['user.roles.exists(r)', 'exists takes a variable and a condition'],
    ['startsWith(user.id, "x")', 'called as x.startsWith(…)'],
    ['user.id.startsWith("x", "y")', 'startsWith takes 1 argument(s) here, not 2'],
    ['context == 1', 'context alone is no value'],
    ['context.exists(k, k == "x")', 'context alone is no value'],
    ['context[user.id] == 1', 'has to be written out'],
    ['google.protobuf.Timestamp{seconds: 1} == request.time', 'maps and messages'],
    ['b"x" == b"x"', 'bytes are not used'],
  ])('%s', (text, reason) => expect(messagesOf(text)).toContain(reason));
});

describe('what would take unbounded time', () => {
  const nest = `${'[1,2].all(a,'.repeat(9)}true${')'.repeat(9)}`;

  it('a nest of all() in 121 characters', () => {
    expect(nest.length).toBe(121);
    expect(messagesOf(nest)).toContain('all is not allowed within another');
  });

  it.each([
    ['1,025 bytes', `'${'é'.repeat(508)}' == 'x'`, '1025 bytes long: 1024 at most'],
    ['17 brackets', `${'('.repeat(17)}true${')'.repeat(17)}`, 'more than 16 deep'],
    ['500 brackets', `${'('.repeat(500)}true${')'.repeat(500)}`, 'more than 16 deep'],
    ['201 nodes', Array(101).fill('true').join('||'), 'more than 200 operands'],
    ['a list of 65', `user.id in [${Array(65).fill("'x'").join()}]`, '64 elements at most, this one 65'],
    ['map', "user.roles.map(r, r) == ['a']", 'map is not allowed: there are exists, all, exists_one'],
    ['filter', "user.roles.filter(r, r == 'a').size() > 0", 'filter is not allowed'],
    [
      'nested macros',
      'user.roles.exists(a, user.roles.exists_one(b, a == b))',
      'exists_one is not allowed within',
    ],
    ['a search in a search', 'user.roles.all(r, r in context.tags)', '`in` searches only a list written out'],
    ['arithmetic', "user.id + 'x' == 'y'", 'the operator + is not allowed'],
    ['a map', "{'a': 1}.size() == 1", 'maps and messages'],
    ['a pattern from outside', 'user.id.matches(context.pattern)', 'regular expression that is written out'],
    ['a pattern put together', "user.id.matches('a' + 'b')", 'regular expression that is written out'],
    ['a pattern of 129', `user.id.matches('${'a'.repeat(129)}')`, '128 characters at most, this one 129'],
    ['a repeated repetition', "user.id.matches('(a{0,500}){0,2}')", 'take 1000 steps'],
    ['patterns that add up', "user.id.matches('a{200}') || user.id.matches('b{57}')", 'take 257 steps'],
    ['a pattern in a macro', "user.roles.exists(r, r.matches('a'))", 'matches is not allowed within'],
  ])('%s', (_what, text, reason) => expect(messagesOf(text)).toContain(reason));

  it.each([
    ['1,024 bytes', `'${'é'.repeat(507)}x' == 'x'`],
    ['16 brackets', `${'('.repeat(16)}true${')'.repeat(16)}`],
    ['brackets in strings', `'${'('.repeat(40)}' == "${'\\"['.repeat(40)}" || r'\\' == '''(''('''`],
    ['199 nodes', Array(100).fill('true').join('||')],
    ['a list of 64', `user.id in [${Array(64).fill("'x'").join()}]`],
    ['a pattern of 128', `user.id.matches('${'a'.repeat(128)}')`],
    ['256 steps', "user.id.matches('(a{16}){16}')"],
    ['macros beside each other', "user.roles.exists(a, a == 'x') && user.roles.exists(b, b == 'y')"],
  ])('lets through %s', (_what, text) => expect(faultsOf(text)).toEqual([]));
});

describe('literals that can never be read', () => {
  it.each([
    ["user.id.matches('(')", 'no regular expression of RE2: missing closing )'],
    ["user.id.matches('(?=a)')", 'no regular expression of RE2'],
    ["request.time > timestamp('yesterday')", '"yesterday" is no timestamp'],
    ["request.time > timestamp('2026-02-30T00:00:00Z')", 'is no timestamp'],
    ['request.time > timestamp(context.from)', 'timestamp has to be written out'],
    ["duration('1 day') > duration('1h')", '"1 day" is no duration'],
    ["request.time.getHours('Berlin') > 3", '"Berlin" is no time zone'],
    ['request.time.getHours(context.zone) > 3', 'time zone has to be written out'],
  ])('%s', (text, reason) => expect(messagesOf(text)).toContain(reason));

  it.each(["'admin'", '1', 'null', '["a"]', 'user.id', 'action', 'request.time', 'size(user.roles)'])(
    '%s is neither true nor false',
    (text) => expect(messagesOf(text)).toContain('must be true or false'),
  );
});

describe('where a fault is', () => {
  it.each([
    ['user.id ==', 1, 9, 'what follows cannot be read'],
    ["user.id == 'x", 1, 9, 'not closed'],
    ["user.id = 'x'", 1, 9, 'write =='],
    ["user.id == 'x'\n  and true", 2, 3, 'write &&'],
    ["'é' == user.id\n\n || not true", 3, 9, '"true"'],
    ['(true', 1, 6, 'ends too early'],
    ['\n\t foo', 2, 3, 'no variable foo'],
    ["'x' == 'x' &&\n  user.id.startsWith(bar)", 2, 22, 'no variable bar'],
    ["'\\ud800' == 'a'", 1, 1, 'cannot be read'],
    ['', 1, 1, 'is empty'],
  ])('%j', (text, line, column, message) => {
    expect(faultsOf(text)).toEqual([{ line, column, message: expect.stringContaining(message) }]);
  });

  it('all faults are reported', () => {
    const faults = faultsOf("user.nme == 'x'\n && foo == 1\n && bar(2)\n && user.role < 'b'");
    expect(faults.map(({ line, column }) => [line, column])).toEqual([
      [1, 1],
      [2, 5],
      [3, 5],
      [4, 5],
    ]);
  });
});

describe('chains of operators', () => {
  it.each([
    ['!', 'context.flag'],
    ['-', '1 == 1'],
  ])('count as operators, though the parser drops them: %s', (operator, operand) => {
    const faultsOf = (length: number) => {
      const made = compileCondition(operator.repeat(length) + operand);
      return 'faults' in made ? made.faults.map(({ message }) => message) : [];
    };
    expect(faultsOf(900)).toEqual([expect.stringContaining('more than 200 operands and operators')]);
    expect(faultsOf(100)).toEqual([]);
  });

  it('are none within strings', () => {
    expect(compileCondition(`context.infra == '${'!'.repeat(400)}'`)).not.toHaveProperty('faults');
  });
});
