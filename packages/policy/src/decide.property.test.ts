import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aRequest } from '../test/a-request.js';
import { decide } from './decide.js';
import type { PolicyDocument, PolicyRule } from './policy.js';
import { compilePolicies } from './policy-set.js';

/** Conditions, and the outcome of each for a user's roles in an infra: true, false or an error. */
const CONDITIONS: Readonly<Record<string, (roles: string[], infra?: string) => boolean | 'error'>> = {
  true: () => true,
  "user.role == 'r'": (roles) => roles.includes('r'),
  "user.role != 'r'": (roles) => !roles.includes('r'),
  "user.role in ['r', 's']": (roles) => roles.includes('r') || roles.includes('s'),
  "user.roles.exists(each, each == 't')": (roles) => roles.includes('t'),
  "context.infra == 'prod'": (_roles, infra) => (infra === undefined ? 'error' : infra === 'prod'),
  "has(context.infra) && context.infra == 'prod'": (_roles, infra) => infra === 'prod',
  "user.role == 'r' || context.infra": (roles) => roles.includes('r') || 'error',
};

/** The semantics a second time, as simply as possible. */
function reference(
  documents: PolicyDocument[],
  roles: string[],
  action: string,
  resource: string,
  infra?: string,
) {
  let allowed = false;
  let approvals = 0;
  for (const { rules, enabled } of documents) {
    for (const rule of rules) {
      if (enabled === false) continue;
      const whole = rule.resource === resource;
      const under = rule.resource.endsWith('*') && resource.startsWith(rule.resource.slice(0, -1));
      if (!whole && !under) continue;
      if (!rule.action.includes('*') && !rule.action.includes(action)) continue;
      if (rule.effect === 'RequireApproval' && action === 'read') continue;
      const met = rule.condition === undefined ? true : CONDITIONS[rule.condition]!(roles, infra);
      if (rule.effect === 'Deny' && met !== false) return 'EXPLICIT_DENY';
      if (rule.effect === 'Allow' && met === true) allowed = true;
      if (rule.effect === 'RequireApproval' && met !== false) approvals += 1;
    }
  }
  if (!allowed) return 'IMPLICIT_DENY';
  return approvals > 0 ? `NEEDS_APPROVAL ${approvals}` : 'ALLOW';
}

const granting = fc.record<PolicyRule>(
  {
    effect: fc.oneof(
      { weight: 3, arbitrary: fc.constant('Allow') },
      { weight: 1, arbitrary: fc.constant('Deny') },
    ),
    resource: fc.constantFrom(
      '*',
      'servers:*',
      'servers:a',
      'servers:a*',
      'servers:ab',
      'tasks:*',
      'tasks:1',
    ),
    action: fc.subarray(['read', 'create', 'delete', '*'], { minLength: 1 }),
    condition: fc.constantFrom(...Object.keys(CONDITIONS)),
  },
  { requiredKeys: ['effect', 'resource', 'action'] },
);
const approving = fc.record<PolicyRule>(
  {
    effect: fc.constant('RequireApproval'),
    resource: fc.constantFrom('servers:*', 'servers:a', 'servers:a*'),
    action: fc.subarray(['create', 'delete', '*'], { minLength: 1 }),
    approval: fc.record({ count: fc.integer({ min: 1, max: 3 }) }),
    condition: fc.constantFrom(...Object.keys(CONDITIONS)),
  },
  { requiredKeys: ['effect', 'resource', 'action', 'approval'] },
);
const rule = fc.oneof({ weight: 4, arbitrary: granting }, { weight: 1, arbitrary: approving });
const document = fc.record<PolicyDocument>(
  {
    name: fc.constantFrom('p', 'q', 'r'),
    version: fc.constant('1'),
    rules: fc.array(rule, { maxLength: 4 }),
    enabled: fc.boolean(),
  },
  { requiredKeys: ['name', 'version', 'rules'] },
);
const documents = fc.array(document, { maxLength: 4 });
const asked = fc.record({
  roles: fc.shuffledSubarray(['r', 's', 't']),
  action: fc.constantFrom('read', 'create', 'delete'),
  resource: fc.constantFrom('servers:a', 'servers:ab', 'servers:b', 'tasks:1', 'tasks:2'),
  infra: fc.constantFrom('prod', 'test', undefined),
});

/** Each of the answers must occur often enough. */
const RUNS = 10_000;

describe('random sets of rules', () => {
  it('are decided on as the reference does, in any order and spread over any policies', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(
        documents.chain((all) => fc.tuple(fc.constant(all), shuffleOf(all))),
        asked,
        ([all, shuffled], ask) => {
          const { roles, action, resource, infra } = ask;
          const expected = reference(all, roles, action, resource, infra);
          const request = aRequest({
            roles,
            action,
            resource,
            context: infra === undefined ? {} : { infra },
          });
          const spread = shuffled.flatMap((each) =>
            each.rules
              .map((one, index) => ({ ...each, name: `${each.name}${index}`, rules: [one] }))
              .reverse(),
          );
          for (const set of [all, shuffled, spread]) {
            const { effect, approvals } = decide(compilePolicies(set, { revision: 1 }), request);
            expect(effect === 'NEEDS_APPROVAL' ? `${effect} ${approvals.length}` : effect).toBe(expected);
          }
          const [effect = ''] = expected.split(' ');
          seen.set(effect, (seen.get(effect) ?? 0) + 1);
        },
      ),
      { numRuns: RUNS },
    );
    for (const effect of ['ALLOW', 'EXPLICIT_DENY', 'IMPLICIT_DENY']) {
      expect(seen.get(effect)).toBeGreaterThan(RUNS / 20);
    }
    expect(seen.get('NEEDS_APPROVAL')).toBeGreaterThan(RUNS / 100);
  });

  it('give the same decision, including the deciding rule, in any order of the policies', () => {
    const named = documents.map((all) => all.map((each, index) => ({ ...each, name: `p${index}` })));
    fc.assert(
      fc.property(
        named.chain((all) => fc.tuple(fc.constant(all), shuffleOf(all))),
        asked,
        ([all, shuffled], ask) => {
          const request = aRequest({ roles: ask.roles, action: ask.action, resource: ask.resource });
          const decision = decide(compilePolicies(all, { revision: 1 }), request);
          expect(decide(compilePolicies(shuffled, { revision: 1 }), request)).toEqual(decision);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('allow no more once a rule that requires approval is added', () => {
    fc.assert(
      fc.property(documents, approving, asked, (all, added, ask) => {
        const { roles, action, resource, infra } = ask;
        const request = aRequest({ roles, action, resource, context: infra === undefined ? {} : { infra } });
        const before = decide(compilePolicies(all, { revision: 1 }), request);
        const more = [...all, { name: 'z', version: '1', rules: [added] }];
        const after = decide(compilePolicies(more, { revision: 1 }), request);
        const stays = after.effect === before.effect;
        expect(stays || (before.effect === 'ALLOW' && after.effect === 'NEEDS_APPROVAL')).toBe(true);
        expect(after.approvals.length).toBeGreaterThanOrEqual(before.approvals.length);
      }),
      { numRuns: 1_000 },
    );
  });
});

function shuffleOf<T>(items: T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray(items, { minLength: items.length });
}
