import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aRequest } from '../test/a-request.js';
import { decide } from './decide.js';
import type { DecisionRequest } from './decision.js';
import { certaintyFor, deniedIds } from './certainty.js';
import { audienceOf } from './audience.js';
import type { PolicyDocument, PolicyRule } from './policy.js';
import { compilePolicies } from './policy-set.js';

/** Conditions on the user, on the resource, on the circumstances, and on several of them. */
const CONDITIONS = [
  'true',
  'false',
  "user.role == 'r'",
  "user.role != 's'",
  "user.id == 'u-2'",
  "has(user.email) && user.username == 'ada'",
  "context.infra == 'prod'",
  "has(context.infra) && context.infra == 'prod'",
  "!has(context.infra) || context.infra != 'prod'",
  "resource.id.startsWith('a')",
  "resource.type == 'servers' && user.role == 'r'",
  "action == 'read' && context.infra == 'prod'",
  "request.ip == '10.0.0.1'",
  "request.ip == '10.0.0.1' || user.role == 's'",
  'has(request.ip)',
  'request.time.getHours() < 12',
  "request.method == 'POST' || request.ip == '10.0.0.1'",
  'has(request.ip) && request.time.getHours() < 12',
  "user.role == 'r' || context.infra == 'test'",
  "user.role == 'r' ? context.infra == 'prod' : request.method == 'GET'",
  'user.username == context.infra',
  'user.roles.exists(each, each == resource.id)',
];

const approving = fc.record<PolicyRule>({
  effect: fc.constant('RequireApproval'),
  resource: fc.constantFrom('servers:*', 'servers:a*'),
  action: fc.constantFrom(['*'], ['create']),
  approval: fc.constant({ count: 1 }),
  condition: fc.constantFrom(...CONDITIONS),
});
const granting = fc.record<PolicyRule>(
  {
    effect: fc.constantFrom('Allow', 'Allow', 'Deny'),
    resource: fc.constantFrom('*', 'servers:*', 'servers:a*', 'servers:b', 'tasks:*'),
    action: fc.constantFrom(['read'], ['read'], ['*'], ['create']),
    condition: fc.constantFrom(...CONDITIONS),
  },
  { requiredKeys: ['effect', 'resource', 'action'] },
);
const rule = fc.oneof({ weight: 6, arbitrary: granting }, { weight: 1, arbitrary: approving });
const policies = fc
  .array(fc.array(rule, { maxLength: 4 }), { maxLength: 3 })
  .map((all) => all.map((rules, index): PolicyDocument => ({ name: `p${index}`, version: '1', rules })));
const times = fc.constantFrom(new Date('2026-11-23T08:00:00Z'), new Date('2026-11-23T22:00:00Z'));
const asker = fc.record({
  principal: fc.record({
    id: fc.constantFrom('u-1', 'u-2'),
    username: fc.constantFrom('ada', 'prod', 'x'.repeat(600)),
    email: fc.constant('ada@example.com'),
    roles: fc.subarray(['r', 's', 'a']),
  }),
  ip: fc.constantFrom('10.0.0.1', '10.0.0.2'),
  time: times,
});
const thing = fc.record({
  resource: fc.constantFrom('servers:a', 'servers:ab', 'servers:b', 'tasks:1', 'servers:', 'nothing:1'),
  context: fc.constantFrom(
    {},
    { infra: 'prod' },
    { infra: 'test' },
    { infra: 'x'.repeat(600) },
    { infra: 7 },
  ),
});

function requestOf({
  principal,
  ip,
  time,
}: {
  principal: DecisionRequest['principal'];
  ip: string;
  time: Date;
}) {
  return { ...aRequest(), principal, request: { ip, time, method: 'GET', path: '/events' } };
}

const RUNS = 2_000;
const NOW = aRequest().request.time;

describe('an audience', () => {
  it('gets the answer that each of its members gets, or none', () => {
    let open = 0;
    let shared = 0;
    fc.assert(
      fc.property(
        policies,
        asker,
        asker,
        thing,
        times,
        (documents, one, other, { resource, context }, time) => {
          const set = compilePolicies(documents, { revision: 1 });
          const [mine, theirs] = [audienceOf(set, requestOf(one)), audienceOf(set, requestOf(other))];
          const answer = mine.decide(resource, context, time);
          if (answer === undefined) open += 1;
          const members = mine.key === theirs.key ? [one, other] : [one];
          if (members.length > 1) shared += 1;
          for (const member of members) {
            const asked = requestOf({ ...member, time });
            const { effect } = decide(set, { ...asked, resource, context });
            if (answer !== undefined) expect(effect).toBe(answer);
          }
        },
      ),
      { numRuns: RUNS },
    );
    expect(open).toBeGreaterThan(RUNS / 50);
    expect(open).toBeLessThan(RUNS / 2);
    expect(shared).toBeGreaterThan(RUNS / 10);
  });

  it('that is allowed everything of a type is allowed each object of it, unless a Deny names it', () => {
    let everything = 0;
    fc.assert(
      fc.property(policies, asker, thing, times, (documents, one, { resource, context }, time) => {
        const set = compilePolicies(documents, { revision: 1 });
        const asked = requestOf({ ...one, time });
        const audience = audienceOf(set, asked);
        const { effect, errors } = decide(set, { ...asked, resource, context });
        // A name that is too long to be evaluated is refused under any rules.
        if (errors.some(({ rule: failed }) => failed === null)) return;
        const [type, id = ''] = resource.split(':') as ['servers' | 'tasks', string?];
        const certainty = certaintyFor(set, asked.principal);
        if (certainty.holds('read', `${type}:*`)) {
          everything += 1;
          expect(effect).toBe('ALLOW');
        }
        const denied = deniedIds(certainty, 'read', type).some((each) =>
          each.endsWith('*') ? id.startsWith(each.slice(0, -1)) : id === each,
        );
        const wholeType = audience.decide(`${type}:*`, context, time);
        if (effect === 'EXPLICIT_DENY' && !denied) expect(wholeType).not.toBe('ALLOW');
      }),
      { numRuns: RUNS },
    );
    expect(everything).toBeGreaterThan(RUNS / 100);
  });

  it('depends only on the attributes of the user that the rules read', () => {
    const set = compilePolicies(
      [
        {
          name: 'p',
          version: '1',
          rules: [
            { effect: 'Allow', resource: 'servers:*', action: ['read'], condition: "user.role == 'r'" },
            { effect: 'Deny', resource: 'servers:*', action: ['read'], condition: "context.infra == 'prod'" },
            { effect: 'Allow', resource: 'tasks:*', action: ['read'], condition: "request.ip == '10.0.0.2'" },
          ],
        },
      ],
      { revision: 1 },
    );
    const audience = (id: string, roles: string[]) =>
      audienceOf(set, { ...aRequest(), principal: { ...aRequest().principal, id, roles } });
    expect(audience('u-1', ['r']).key).toBe(audience('u-2', ['r', 's']).key);
    expect(audience('u-1', ['r']).key).not.toBe(audience('u-1', ['s']).key);
    expect(audience('u-1', ['r']).decide('servers:a', { infra: 'test' }, NOW)).toBe('ALLOW');
    expect(audience('u-1', ['r']).decide('servers:a', { infra: 'prod' }, NOW)).toBe('EXPLICIT_DENY');
    // A Deny that cannot be evaluated denies: the decision is left to `decide`, which knows the whole request.
    expect(audience('u-1', ['r']).decide('servers:a', {}, NOW)).toBeUndefined();
    expect(audience('u-1', ['r']).decide('tasks:1', { infra: 'test' }, NOW)).toBeUndefined();
  });
});
