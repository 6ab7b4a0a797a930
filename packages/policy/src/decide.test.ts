import { describe, expect, it } from '@jest/globals';
import { isFailure } from '@provisioning/errors';
import fc from 'fast-check';
import { builtinPolicies } from './builtin-policies.js';
import { compilePolicies } from './compile.js';
import { decide } from './decide.js';
import type { DecisionRequest, PolicyRule } from './policy.js';

const ask = (roles: string[], action: string, resource: string): DecisionRequest => ({
  principal: { id: 'u', username: 'u', email: 'u@example.com', roles },
  action,
  resource,
  request: { time: new Date(0), ip: '127.0.0.1', method: 'GET', path: '/' },
  context: {},
});
const policies = (...rules: PolicyRule[]) =>
  compilePolicies([{ name: 'p', version: '1.0.0', rules }], { revision: 1 });
const builtin = compilePolicies(builtinPolicies, { revision: 0 });

describe('the built-in roles', () => {
  it.each([
    ['admin', 'delete', 'users:1', 'ALLOW'],
    ['operator', 'create', 'servers:production', 'ALLOW'],
    ['operator', 'cancel', 'tasks:1', 'ALLOW'],
    ['operator', 'execute', 'rollbacks:*', 'ALLOW'],
    ['operator', 'read', 'users:1', 'IMPLICIT_DENY'],
    ['operator', 'read', 'audit:*', 'IMPLICIT_DENY'],
    ['viewer', 'read', 'tasks:*', 'ALLOW'],
    ['viewer', 'create', 'servers:production', 'IMPLICIT_DENY'],
    ['viewer', 'cancel', 'tasks:1', 'IMPLICIT_DENY'],
    ['auditor', 'read', 'audit:*', 'ALLOW'],
    ['auditor', 'read', 'tasks:*', 'IMPLICIT_DENY'],
    ['nobody-special', 'read', 'tasks:*', 'IMPLICIT_DENY'],
  ])('%s: %s %s → %s', (role, action, resource, effect) => {
    expect(decide(builtin, ask([role], action, resource)).effect).toBe(effect);
  });
});

describe('rules', () => {
  it('no second role slips past a Deny', () => {
    const set = policies(
      { effect: 'Allow', resource: '*', action: ['*'] },
      { effect: 'Deny', resource: 'servers:*', action: ['delete'], condition: "user.role == 'contractor'" },
      { effect: 'Deny', resource: 'servers:prod-*', action: ['create'], condition: "user.role != 'lead'" },
    );
    expect(decide(set, ask(['admin', 'contractor'], 'delete', 'servers:a')).effect).toBe('EXPLICIT_DENY');
    expect(decide(set, ask(['admin'], 'delete', 'servers:a')).effect).toBe('ALLOW');
    expect(decide(set, ask(['admin', 'lead'], 'create', 'servers:prod-1')).effect).toBe('ALLOW');
    expect(decide(set, ask(['admin'], 'create', 'servers:prod-1'))).toEqual({
      effect: 'EXPLICIT_DENY',
      rule: { policy: 'p', index: 2 },
    });
  });

  it('P4: a pattern matches its own type only', () => {
    const set = policies({ effect: 'Allow', resource: 'servers:*', action: ['read'] });
    const effects = ['servers:web-01', 'servers-admin:x', 'serversx:y', 'Servers:web-01'].map(
      (resource) => decide(set, ask([], 'read', resource)).effect,
    );
    expect(effects).toEqual(['ALLOW', 'IMPLICIT_DENY', 'IMPLICIT_DENY', 'IMPLICIT_DENY']);
  });

  it.each([
    '**',
    'ser*ers:x',
    '*:x',
    '',
    'servers:',
    'servers:a*b',
    'nothing:x',
    'servers:a b',
    'servers:a\u0000',
  ])('P4: refuses the resource %j', (resource) => {
    expect(faultsOf({ effect: 'Allow', resource, action: ['read'] })).toEqual(['rules[0].resource']);
  });

  it('P6: names every fault of a rule', () => {
    const rule = {
      effect: 'allow',
      resource: 'x',
      action: ['drop'],
      condition: 'true',
    } as unknown as PolicyRule;
    expect(faultsOf(rule)).toEqual([
      'rules[0].effect',
      'rules[0].action',
      'rules[0].resource',
      'rules[0].condition',
    ]);
  });

  it('P2: a Deny that applies beats every Allow, in any order and spread over any policies', () => {
    const resource = fc.constantFrom('*', 'servers:*', 'servers:a', 'servers:a*', 'tasks:*');
    const rule = fc.record({
      effect: fc.constantFrom('Allow' as const, 'Deny' as const),
      resource,
      action: fc.subarray(['read', 'create', '*'], { minLength: 1 }),
      condition: fc.constantFrom("user.role == 'r'", "user.role != 'r'", "user.role in ['r', 's']"),
    });
    fc.assert(
      fc.property(
        fc.array(rule, { maxLength: 8 }),
        fc.subarray(['r', 's', 't']),
        fc.constantFrom('read', 'create'),
        fc.constantFrom('servers:a', 'servers:b', 'tasks:1'),
        (rules, roles, action, wanted) => {
          const expected = reference(rules, roles, action, wanted);
          const spread = compilePolicies(
            rules.map((each, index) => ({ name: `p${index}`, version: '1', rules: [each] })).reverse(),
            { revision: 1 },
          );
          expect(decide(policies(...rules), ask(roles, action, wanted)).effect).toBe(expected);
          expect(decide(spread, ask(roles, action, wanted)).effect).toBe(expected);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

/** The semantics once more, as plainly as possible. */
function reference(rules: PolicyRule[], roles: string[], action: string, resource: string): string {
  let allowed = false;
  for (const rule of rules) {
    const prefix = rule.resource.replace(/\*$/, '');
    const resourceMatches = rule.resource.endsWith('*')
      ? resource.startsWith(prefix)
      : resource === rule.resource;
    const hasRole = (role: string) => roles.indexOf(role) >= 0;
    const met =
      rule.condition === "user.role == 'r'"
        ? hasRole('r')
        : rule.condition === "user.role != 'r'"
          ? !hasRole('r')
          : hasRole('r') || hasRole('s');
    if (!resourceMatches || !met || !(rule.action.includes('*') || rule.action.includes(action))) continue;
    if (rule.effect === 'Deny') return 'EXPLICIT_DENY';
    allowed = true;
  }
  return allowed ? 'ALLOW' : 'IMPLICIT_DENY';
}

function faultsOf(rule: PolicyRule): string[] {
  try {
    policies(rule);
  } catch (error) {
    if (isFailure(error)) return (error.details ?? []).map(({ path }) => path);
    throw error;
  }
  return [];
}
