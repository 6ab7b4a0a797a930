import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aRequest } from '../test/a-request.js';
import { controlsPolicies, missingControl } from './certainty.js';
import { decide } from './decide.js';
import type { PolicyRule } from './policy.js';
import { compilePolicies } from './policy-set.js';

const rule = (
  effect: PolicyRule['effect'],
  resource: string,
  action: string[],
  condition?: string,
): PolicyRule => ({ effect, resource, action, ...(condition === undefined ? {} : { condition }) });
const everything = rule('Allow', '*', ['*'], "user.role == 'admin'");
const setOf = (rules: PolicyRule[]) => compilePolicies([{ name: 'p', version: '1', rules }], { revision: 1 });
const admin = aRequest({ roles: ['admin'] }).principal;

describe('control of every policy', () => {
  it.each([
    ['the built-in rule', []],
    ['a Deny of others', [rule('Deny', '*', ['*'], "user.role == 'intern'")]],
    ['a Deny that never applies to policies', [rule('Deny', '*', ['*'], "resource.type == 'servers'")]],
    [
      'a Deny that the type settles alone',
      [rule('Deny', '*', ['*'], "resource.type != 'policies' && request.ip != '10.0.0.1'")],
    ],
    ['a Deny of another type', [rule('Deny', 'servers:*', ['*'])]],
    ['a Deny of simulating', [rule('Deny', 'policies:*', ['simulate'])]],
  ])('is certain beside %s', (_what, rules) => {
    expect(controlsPolicies(setOf([everything, ...rules]), admin)).toBe(true);
  });

  it.each([
    ['ids that begin with a digit', [rule('Deny', 'policies:0*', ['delete'])]],
    ['one id', [rule('Deny', 'policies:0199a8f2-0000-7000-8000-000000000001', ['update'])]],
    ['reading', [rule('Deny', 'policies:*', ['read'])]],
    ['a path', [rule('Deny', '*', ['*'], "request.path.startsWith('/policies')")]],
    ['an address', [rule('Deny', 'policies:*', ['update'], "request.ip != '10.0.0.1'")]],
    ['an hour', [rule('Deny', '*', ['*'], 'request.time.getHours() > 18')]],
    ['a method', [rule('Deny', '*', ['*'], "request.method == 'PUT'")]],
    ['a context', [rule('Deny', '*', ['*'], "has(context.name) && context.name == 'x'")]],
    ['a condition that fails', [rule('Deny', '*', ['*'], "context.infra == 'x'")]],
    ['an action, which is not looked at', [rule('Deny', '*', ['*'], "action == 'delete'")]],
    ['a name, which may be there', [rule('Deny', '*', ['*'], 'has(resource.name)')]],
    ['the user', [rule('Deny', 'policies:*', ['create'], "user.username == 'ada'")]],
  ])('is not certain beside a Deny of %s', (_what, rules) => {
    const set = setOf([everything, ...rules]);
    expect(controlsPolicies(set, admin)).toBe(false);
    expect(missingControl(set, admin)).toMatchObject({
      isAllowed: true,
      restrictedBy: [{ policy: 'p', index: 1 }],
    });
  });

  it.each([
    ['no rule', []],
    ['some actions', [rule('Allow', 'policies:*', ['create', 'update', 'delete'])]],
    ['some ids', [rule('Allow', 'policies:0*', ['*']), rule('Allow', 'policies:1*', ['*'])]],
    ['some hours', [rule('Allow', '*', ['*'], 'request.time.getHours() < 25')]],
    ['another role', [rule('Allow', '*', ['*'], "user.role == 'owner'")]],
  ])('is not given by an Allow of %s', (_what, rules) => {
    expect(missingControl(setOf(rules), admin)).toEqual({ isAllowed: false, restrictedBy: [] });
  });

  it('is denied to a principal whose requests cannot be evaluated', () => {
    const roles = ['admin', ...Array.from({ length: 64 }, (_, n) => `role-${n}`)];
    const crowded = { ...admin, roles };
    expect(controlsPolicies(setOf([everything]), crowded)).toBe(false);
    expect(decide(setOf([everything]), { ...aRequest(), principal: crowded }).effect).toBe('IMPLICIT_DENY');
  });

  const RUNS = 2_000;
  const conditions = [
    undefined,
    "user.role == 'admin'",
    "user.role == 'admin' || request.ip == '10.0.0.1'",
    "user.role == 'intern'",
    "user.role != 'admin' && context.infra == 'a'",
    "user.email.endsWith('@example.com')",
    "user.roles.exists(r, r == 'admin' || r == resource.id)",
    'user.roles.all(r, r != resource.id)',
    "resource.type == 'servers'",
    "resource.type == 'servers' && request.path == '/policies'",
    "resource.type == 'policies' || has(resource.name)",
    "resource.id == '*'",
    "user.id in [resource.id, 'u-9']",
    "[resource.id, 'x'].exists(each, each == 'x')",
    "has(resource.name) && resource.name == 'b'",
    '!has(context.infra)',
    "has(context.infra) ? context.infra == 'a' : user.role == 'admin'",
    "user.role == 'admin' ? user.id == 'u-1' : request.method == 'GET'",
    "request.method in ['GET', 'PUT'] && user.role == 'intern'",
    "action != 'read' || user.role == 'admin'",
    'request.time.getHours() < 12',
  ];
  const rules = fc.array(
    fc
      .tuple(
        fc.constantFrom<PolicyRule['effect'][]>('Allow', 'Allow', 'Deny'),
        fc.constantFrom('*', '*', 'policies:*', 'policies:0*', 'policies:a/b', 'servers:*'),
        fc.constantFrom<string[][]>(
          ['*'],
          ['*'],
          ['read', 'create', 'update', 'delete'],
          ['update'],
          ['read'],
        ),
        fc.constantFrom(...conditions),
      )
      .map((parts) => rule(...parts)),
    { maxLength: 5 },
  );
  const request = fc.record({
    action: fc.constantFrom('read', 'create', 'update', 'delete'),
    resource: fc.oneof(
      fc.constantFrom('*', '0', '0abc', 'a/b', 'x', 'u-1').map((id) => `policies:${id}`),
      fc.uuid().map((id) => `policies:${id}`),
    ),
    request: fc.record({
      time: fc.date({ noInvalidDate: true }),
      ip: fc.constantFrom('10.0.0.1', '10.0.0.2', ''),
      method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE'),
      path: fc.constantFrom('/policies', '/policies/x', '/'),
    }),
    context: fc.constantFrom({}, { infra: 'a' }, { infra: 7 }, { name: 'x' }),
  });

  it('means that each concrete request is allowed, for any policies', () => {
    let certain = 0;
    fc.assert(
      fc.property(
        rules,
        fc.subarray(['admin', 'intern', 'u-1']),
        fc.array(request, { minLength: 1, maxLength: 8 }),
        (all, roles, requests) => {
          const set = setOf(all);
          const { principal } = aRequest({ roles });
          if (!controlsPolicies(set, principal)) return;
          certain += 1;
          for (const each of requests) expect(decide(set, { principal, ...each }).effect).toBe('ALLOW');
        },
      ),
      { numRuns: RUNS },
    );
    // Without enough cases of both outcomes the property would prove little.
    expect(certain).toBeGreaterThan(RUNS / 50);
    expect(certain).toBeLessThan(RUNS / 2);
  });
});
