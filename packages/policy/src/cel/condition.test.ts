import { describe, expect, it } from '@jest/globals';
import { aRequest } from '../../test/a-request.js';
import type { DecisionRequest } from '../decision.js';
import { activationOf } from './activation.js';
import { compileCondition, type Outcome } from './condition.js';

function evaluate(text: string, request: DecisionRequest): Outcome {
  const condition = compileCondition(text);
  if ('faults' in condition) throw new Error(JSON.stringify(condition.faults));
  return condition.evaluate(activationOf(request, { type: 'taskservs', id: 'production/kubernetes' }));
}

describe('user.role, for a user with several roles', () => {
  const TEXTS = [
    "user.role == 'a'",
    "user.role != 'a'",
    "user.role in ['a', 'b']",
    "!(user.role in ['a', 'b'])",
    "!(user.role != 'a')",
  ];

  it.each([
    [[], [false, true, false, true, false]],
    [['a'], [true, false, true, false, true]],
    [['b'], [false, true, true, false, false]],
    [['c'], [false, true, false, true, false]],
    [
      ['a', 'b', 'c'],
      [true, false, true, false, true],
    ],
    [
      ['c', 'b', 'a'],
      [true, false, true, false, true],
    ],
  ])('with %j', (roles, expected) => {
    expect(TEXTS.map((text) => evaluate(text, aRequest({ roles })))).toEqual(
      expected.map((met) => ({ met })),
    );
  });

  it.each([
    "(user.role) == 'a'",
    ".user.role == 'a'",
    "user\n.role\n=='a'",
    'user.role == \'nobody\' || user.role == "a"',
    "['x'].exists(each, user.role == 'a' && each == 'x')",
    "['x'].all(each, user.role in ['q', 'a'])",
    "['x'].exists_one(each, user.role != 'q')",
    "user.role == 'b' ? user.role == 'a' : false",
    "'a' in user.roles && !('q' in user.roles)",
    "user.roles.exists(r, r == 'a') && user.roles.all(r, r in user.roles)",
    'size(user.roles) == 2',
  ])('%j is met by the roles b and a', (text) => {
    expect(evaluate(text, aRequest({ roles: ['b', 'a'] }))).toEqual({ met: true });
  });

  it('is not met by roles that are named like members of objects', () => {
    expect(evaluate("user.role in ['constructor', '__proto__', 'size']", aRequest({ roles: ['a'] }))).toEqual(
      {
        met: false,
      },
    );
    expect(evaluate("user.role == '__proto__'", aRequest({ roles: ['__proto__'] }))).toEqual({ met: true });
  });
});

describe('variables', () => {
  const context = {
    infra: 'production',
    check_mode: true,
    count: 3,
    tags: ['x', 'y'],
    labels: { tier: 'gold', 'a-b': 1, left_out: undefined },
    nothing: null,
    left_out: undefined,
  };

  it.each([
    "user.id == 'u-1' && user.username == 'ada' && user.email.endsWith('@example.com')",
    "resource.type == 'taskservs' && resource.id == 'production/kubernetes' && resource.name == 'kubernetes'",
    "action == 'read'",
    "request.ip.startsWith('10.') && request.method == 'GET' && request.path.contains('serv')",
    "request.time > timestamp('2026-11-23T22:30:14Z') && request.time < timestamp('2026-11-24T00:00:00Z')",
    "request.time.getHours() == 22 && request.time.getHours('Europe/Berlin') == 23",
    "request.time.getHours('+02:00') == 0 && request.time.getHours('-02:30') == 20",
    "request.time.getDayOfWeek() == 1 && request.time.getDayOfWeek('Asia/Tokyo') == 2",
    'request.time.getFullYear() == 2026 && request.time.getMonth() == 10 && request.time.getDate() == 23',
    'request.time.getDayOfMonth() == 22 && request.time.getDayOfYear() == 326 && request.time.getMinutes() == 30',
    "request.time.getSeconds('Asia/Kolkata') == 15 && request.time.getMilliseconds('Asia/Kolkata') == 250",
    "context.infra == 'production' && context.check_mode && context.count == 3 && context.count < 3.5",
    "context['infra'] == 'production' && context.labels['a-b'] == 1 && context.tags[1] == 'y'",
    "context.labels.tier in ['gold', 'silver'] && 'y' in context.tags && context.tags.size() == 2",
    "context.tags.exists_one(t, t == 'x') && context.tags.all(t, t.size() == 1)",
    "has(context.infra) && !has(context.provider) && 'infra' in context && !('provider' in context)",
    '!has(context.left_out) && context.nothing == null && size(context.labels) == 2',
    "context.infra.matches('^prod[a-z]{1,8}$')",
    "duration('90m') > duration('1h') // and a comment",
  ])('%s', (text) => {
    expect(evaluate(text, aRequest({ context }))).toEqual({ met: true });
  });
});

describe('what cannot be evaluated', () => {
  it.each([
    ['context.provider == "aws"', 'field not found: provider', 1, 8],
    ["user.role == 'x' ||\n  context.labels.tier == 'gold'", 'field not found: labels', 2, 10],
    ['context.infra > 3', "no matching overload for '_>_'", 1, 15],
    ['context.infra', 'neither true nor false', undefined, undefined],
    ['context.infra ? true : false', 'no matching overload for _?_:_', 1, 1],
    ['has(resource.name) && context.tags[7] == "x"', 'index 7 out of bounds', 1, 23],
  ])('%j', (text, error, line, column) => {
    const request = aRequest({ context: { infra: 'production', tags: [] } });
    expect(evaluate(text, request)).toEqual({
      error: expect.stringContaining(error),
      ...(line === undefined ? {} : { line, column }),
    });
  });

  it('does not matter where the other operand decides', () => {
    expect(evaluate("context.provider == 'aws' || action == 'read'", aRequest())).toEqual({ met: true });
    expect(evaluate("action == 'delete' && context.provider == 'aws'", aRequest())).toEqual({ met: false });
  });

  it('a context has no members of objects besides those that it was given', () => {
    const context = JSON.parse('{"__proto__": {"infra": "stolen"}, "list": {}}') as Record<string, unknown>;
    expect(evaluate('has(context.infra)', aRequest({ context }))).toEqual({ met: false });
    expect(evaluate('has(context.toString) || has(context.list.size)', aRequest({ context }))).toEqual({
      met: false,
    });
  });
});
