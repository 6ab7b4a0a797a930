import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DecisionRequest } from '../decision.js';
import { parseResource } from '../resource-pattern.js';
import { activationOf } from './activation.js';
import { compileCondition, type Condition } from './condition.js';

const TEXTS = ['production', 'prod', 'staging', 'operator', 'viewer', 'create', 'servers', 'POST', ''];
const literal = fc.constantFrom(...TEXTS).map((text) => `'${text}'`);
const attribute = fc.constantFrom(
  'user.id',
  'user.username',
  'user.email',
  'request.ip',
  'request.method',
  'request.path',
  'action',
  'resource.id',
  'resource.type',
  'resource.name',
  'context.infra',
  'context.flag',
  'context.gone',
  'context.list',
  'context.toString',
  'context.__proto__',
);
const list = fc.array(literal, { minLength: 1, maxLength: 3 }).map((texts) => `[${texts.join(', ')}]`);

const atom = fc.oneof(
  fc.tuple(attribute, fc.constantFrom('==', '!='), literal).map((parts) => parts.join(' ')),
  fc.tuple(attribute, list).map(([name, texts]) => `${name} in ${texts}`),
  fc
    .tuple(attribute, fc.constantFrom('startsWith', 'endsWith', 'contains', 'matches'), literal)
    .map(([name, method, text]) => `${name}.${method}(${text})`),
  fc.tuple(fc.constantFrom('==', '!='), literal).map(([operator, text]) => `user.role ${operator} ${text}`),
  list.map((texts) => `user.role in ${texts}`),
  literal.map((text) => `${text} in user.roles`),
  fc.constantFrom(
    'context.flag',
    '!context.flag',
    '!context.gone',
    'context.infra',
    'has(context.infra)',
    'true',
  ),
  fc.constantFrom(
    'request.time.getHours() >= 0',
    "context.list.exists(x, x == 'prod')",
    'context.flag == true',
  ),
);

const condition = fc.letrec<{ tree: string }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    atom,
    fc
      .tuple(tie('tree'), fc.constantFrom('&&', '||'), tie('tree'))
      .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
    tie('tree').map((inner) => `!(${inner})`),
    fc.tuple(tie('tree'), tie('tree'), tie('tree')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
  ),
})).tree;

const value = fc.oneof(fc.constantFrom<unknown>(...TEXTS, true, false, null, 1), fc.constant(['prod', 'x']));
const question: fc.Arbitrary<DecisionRequest> = fc.record({
  principal: fc.record({
    id: fc.constantFrom('u', 'prod'),
    username: fc.constantFrom('operator', 'ada'),
    email: fc.constantFrom('', 'a@production'),
    roles: fc.subarray(['operator', 'viewer', 'prod']),
  }),
  action: fc.constantFrom('create', 'read'),
  resource: fc.constantFrom('servers:production', 'taskservs:prod/staging', 'servers:*'),
  request: fc.record({
    time: fc.constant(new Date('2026-01-01T00:00:00Z')),
    ip: fc.constantFrom('192.0.2.1', ''),
    method: fc.constantFrom('POST', 'GET'),
    path: fc.constantFrom('/', 'prod'),
  }),
  context: fc.dictionary(fc.constantFrom('infra', 'flag', 'list', 'other'), value),
});

function compiled(text: string): Condition | undefined {
  const made = compileCondition(text);
  return 'faults' in made ? undefined : made;
}

function outcomes(made: Condition, asked: DecisionRequest) {
  const parsed = parseResource(asked.resource)!;
  return {
    refuted: made.isRefuted({ ...asked, parsed }),
    outcome: made.evaluate(activationOf(asked, parsed)),
  };
}

describe('a condition that is refuted', () => {
  it('is false whenever it is evaluated, for every request', () => {
    let refutations = 0;
    fc.assert(
      fc.property(condition, question, (text, asked) => {
        const made = compiled(text);
        if (!made) return;
        const { refuted, outcome } = outcomes(made, asked);
        if (!refuted) return;
        refutations += 1;
        expect([text, outcome]).toEqual([text, { met: false }]);
      }),
      { numRuns: 3_000, seed: 14 },
    );
    // Otherwise nothing was tested.
    expect(refutations).toBeGreaterThan(300);
  });

  it.each([
    "context.infra == 'staging'",
    "context.infra in ['staging', 'test']",
    "context.gone == 'x' && context.infra == 'staging'",
    "user.role == 'admin' && request.time.getHours() >= 0",
    "'admin' in user.roles",
    "user.role != 'operator'",
    "context.infra == 'a' || context.infra == 'b'",
    "resource.id.startsWith('staging')",
    '!context.flag',
  ])('is not evaluated: %s', (text) => {
    const asked: DecisionRequest = {
      principal: { id: 'u', username: 'ada', email: '', roles: ['operator'] },
      action: 'create',
      resource: 'servers:production',
      request: { time: new Date(), ip: '', method: 'POST', path: '/' },
      context: { infra: 'production', flag: true },
    };
    expect(outcomes(compiled(text)!, asked)).toEqual({ refuted: true, outcome: expect.anything() });
  });
});
