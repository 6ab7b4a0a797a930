import { describe, expect, it } from '@jest/globals';
import { aRequest } from '../test/a-request.js';
import { decide } from './decide.js';
import type { PolicyRule } from './policy.js';
import { compilePolicies } from './policy-set.js';

const policies = (...rules: PolicyRule[]) =>
  compilePolicies([{ id: 'p-1', name: 'p', version: '1.0.0', rules }], { revision: 3 });
const allow = (rest: Partial<PolicyRule> = {}): PolicyRule => ({
  effect: 'Allow',
  resource: '*',
  action: ['*'],
  ...rest,
});
const deny = (rest: Partial<PolicyRule> = {}): PolicyRule => ({ ...allow(rest), effect: 'Deny' });

describe('a decision', () => {
  it('is an implicit deny where nothing applies', () => {
    const none = { effect: 'IMPLICIT_DENY', rule: null, matched: [], approvals: [], errors: [], revision: 3 };
    expect(decide(policies(), aRequest())).toEqual(none);
    expect(decide(policies(allow({ action: ['create'] })), aRequest())).toEqual(none);
    expect(decide(policies(allow({ resource: 'tasks:*' })), aRequest())).toEqual(none);
  });

  it('is an explicit deny where a Deny applies, and names every rule that counted', () => {
    expect(decide(policies(allow(), deny({ resource: 'servers:prod*' })), aRequest())).toEqual({
      effect: 'EXPLICIT_DENY',
      rule: { policy: 'p', index: 1 },
      matched: [
        { policy: 'p', policyId: 'p-1', index: 0, effect: 'Allow', reason: 'matched' },
        { policy: 'p', policyId: 'p-1', index: 1, effect: 'Deny', reason: 'matched' },
      ],
      approvals: [],
      errors: [],
      revision: 3,
    });
  });

  it.each([
    [['admin'], 'delete', 'servers:a', 'ALLOW'],
    [['admin', 'contractor'], 'delete', 'servers:a', 'EXPLICIT_DENY'],
    [['contractor', 'admin'], 'delete', 'servers:a', 'EXPLICIT_DENY'],
    [['admin'], 'create', 'servers:prod-1', 'EXPLICIT_DENY'],
    [['admin', 'lead'], 'create', 'servers:prod-1', 'ALLOW'],
    [['lead', 'contractor'], 'create', 'servers:prod-1', 'ALLOW'],
    [['intern', 'admin'], 'read', 'tasks:1', 'EXPLICIT_DENY'],
  ])('no second role slips past a Deny: %j may %s %s: %s', (roles, action, resource, effect) => {
    const set = policies(
      allow(),
      deny({ resource: 'servers:*', action: ['delete'], condition: "user.role == 'contractor'" }),
      deny({ resource: 'servers:prod-*', action: ['create'], condition: "user.role != 'lead'" }),
      deny({ resource: 'tasks:*', condition: "user.role in ['intern', 'guest']" }),
    );
    expect(decide(set, aRequest({ roles, action, resource })).effect).toBe(effect);
  });
});

describe('a condition that cannot be evaluated', () => {
  const condition = "context.provider == 'aws'";
  const errors = [
    {
      rule: { policy: 'p', index: 0 },
      path: 'rules[0].condition',
      message: 'field not found: provider',
      line: 1,
      column: 8,
    },
  ];

  it('lets a Deny deny', () => {
    expect(decide(policies(deny({ condition }), allow()), aRequest())).toMatchObject({
      effect: 'EXPLICIT_DENY',
      rule: { policy: 'p', index: 0 },
      matched: [{ index: 0, reason: 'condition_error' }, { index: 1 }],
      errors,
    });
  });

  it('lets an Allow grant nothing, and leaves other rules alone', () => {
    expect(decide(policies(allow({ condition })), aRequest())).toMatchObject({
      effect: 'IMPLICIT_DENY',
      errors,
    });
    expect(decide(policies(allow({ condition }), allow()), aRequest())).toMatchObject({
      effect: 'ALLOW',
      rule: { index: 1 },
      errors,
    });
  });

  it('includes one that is neither true nor false', () => {
    const request = aRequest({ context: { provider: 'aws' } });
    const message = 'was neither true nor false';
    for (const rule of [allow({ condition: 'context.provider' }), deny({ condition: 'context.provider' })]) {
      expect(decide(policies(rule), request)).toMatchObject({
        effect: rule.effect === 'Deny' ? 'EXPLICIT_DENY' : 'IMPLICIT_DENY',
        errors: [{ message }],
      });
    }
  });

  it('does not affect requests that its rule does not match', () => {
    const set = policies(
      deny({ resource: 'tasks:*', condition }),
      deny({ action: ['delete'], condition }),
      allow(),
    );
    expect(decide(set, aRequest())).toMatchObject({ effect: 'ALLOW', errors: [] });
  });
});

describe('a request that cannot be evaluated is denied under any policies', () => {
  const long = 'x'.repeat(513);
  const { principal, request } = aRequest();
  const deep = { a: { b: { c: { d: { e: { f: 1 } } } } } };

  it.each([
    ['action', aRequest({ action: 'drop' })],
    ['action', aRequest({ action: '*' })],
    ['action', aRequest({ action: 'constructor' })],
    ['resource', aRequest({ resource: '*' })],
    ['resource', aRequest({ resource: 'servers/web-01' })],
    ['resource', aRequest({ resource: `servers:${long}` })],
    ['principal.roles', aRequest({ roles: Array<string>(65).fill('a') })],
    ['principal.roles[1]', aRequest({ roles: ['a', long] })],
    ['principal.username', { ...aRequest(), principal: { ...principal, username: long } }],
    ['request.path', aRequest({ request: { ...request, path: long } })],
    ['request.time', aRequest({ request: { ...request, time: new Date('never') } })],
    ['context.infra', aRequest({ context: { infra: long } })],
    ['context.tags[1]', aRequest({ context: { tags: ['a', long] } })],
    ['context.tags', aRequest({ context: { tags: Array(65).fill('a') } })],
    ['context.call', aRequest({ context: { call: () => true } })],
    ['context.a.b.c.d.e', aRequest({ context: deep })],
    [
      'context',
      aRequest({ context: Object.fromEntries(Array.from({ length: 257 }, (_, i) => [`k${i}`, i])) }),
    ],
  ])('%s', (path, asked) => {
    expect(decide(policies(allow()), asked)).toEqual({
      effect: 'IMPLICIT_DENY',
      rule: null,
      matched: [],
      approvals: [],
      errors: [{ rule: null, path, message: expect.any(String) }],
      revision: 3,
    });
  });

  it('is evaluated at the limits', () => {
    const asked = aRequest({
      roles: Array<string>(64).fill('x'.repeat(512)),
      context: {
        ...Object.fromEntries(Array.from({ length: 191 }, (_, i) => [`k${i}`, i])),
        tags: Array(64).fill('a'),
      },
    });
    expect(decide(policies(allow({ condition: 'context.k190 == 190' })), asked).effect).toBe('ALLOW');
  });
});

describe('a user who asks repeatedly', () => {
  it('gets the same answers as a user who asks for the first time, by the policies in force', () => {
    const set = policies(
      allow({ condition: "user.role == 'admin' || context.infra == 'lab'" }),
      deny({ resource: 'servers:*', condition: "user.role == 'contractor' && action == 'delete'" }),
      deny({ condition: 'context.frozen == true' }),
      allow({ condition: "user.username == 'ada'" }),
    );
    for (const roles of [['admin'], ['admin', 'contractor'], ['contractor'], []]) {
      const { principal } = aRequest({ roles });
      for (const infra of ['lab', 'production', 'lab', 'production']) {
        for (const action of ['read', 'delete']) {
          for (const context of [{ infra }, { infra, frozen: true }, { infra, frozen: false }]) {
            const asked = { ...aRequest({ roles, action, context }), principal };
            expect(decide(set, asked)).toEqual(decide(set, aRequest({ roles, action, context })));
          }
        }
      }
      const other = policies(deny({ condition: "user.role == 'admin'" }), allow());
      expect(decide(other, { ...aRequest({ roles }), principal })).toEqual(
        decide(other, aRequest({ roles })),
      );
    }
  });
});
