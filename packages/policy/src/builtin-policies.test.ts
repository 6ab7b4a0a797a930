import { describe, expect, it } from '@jest/globals';
import { aRequest } from '../test/a-request.js';
import { builtinPolicies } from './builtin-policies.js';
import { decide } from './decide.js';
import { ACTIONS, RESOURCE_TYPES } from './policy.js';
import { compilePolicies } from './policy-set.js';

/** c create, r read, u update, d delete, x execute, k cancel, s restore, m simulate, a approve; in the order admin, operator, viewer, auditor, approver. */
const MATRIX: Record<
  (typeof RESOURCE_TYPES)[number],
  [admin: string, operator: string, viewer: string, auditor: string, approver: string]
> = {
  servers: ['crudxksma', 'crud-----', '-r-------', '---------', '-r-------'],
  taskservs: ['crudxksma', 'crud-----', '-r-------', '---------', '-r-------'],
  clusters: ['crudxksma', 'crud-----', '-r-------', '---------', '-r-------'],
  commands: ['crudxksma', '-r--x----', '-r-------', '---------', '-r-------'],
  batches: ['crudxksma', 'cr--xk---', '-r-------', '---------', '-r-------'],
  tasks: ['crudxksma', '-r--xk---', '-r-------', '---------', '-r-------'],
  state: ['crudxksma', '-r-------', '-r-------', '---------', '-r-------'],
  checkpoints: ['crudxksma', 'cr-d--s--', '-r-------', '---------', '-r-------'],
  rollbacks: ['crudxksma', 'cr--xks--', '-r-------', '---------', '-r-------'],
  events: ['crudxksma', '-r-------', '-r-------', '---------', '-r-------'],
  webhooks: ['crudxksma', 'crudx----', '-r-------', '---------', '-r-------'],
  users: ['crudxksma', '---------', '---------', '---------', '---------'],
  policies: ['crudxksma', '-r-------', '-r-------', '-r-------', '-r-------'],
  audit: ['crudxksma', '---------', '---------', '-r-------', '---------'],
  tokens: ['crudxksma', '---------', '---------', '---------', '---------'],
  decisions: ['crudxksma', '---------', '---------', '-r-------', '---------'],
  plans: ['crudxksma', 'cr--xk---', '-r-------', '---------', '-r------a'],
};
const ROLES = ['admin', 'operator', 'viewer', 'auditor', 'approver'];
const LETTERS = ['c', 'r', 'u', 'd', 'x', 'k', 's', 'm', 'a'];
const set = compilePolicies(builtinPolicies, { revision: 0 });

function allowed(roles: string[], type: string): string {
  return ACTIONS.map((action, index) => {
    const effects = [`${type}:*`, `${type}:some-id`].map(
      (resource) => decide(set, aRequest({ roles, action, resource })).effect,
    );
    expect(new Set(effects).size).toBe(1);
    return effects[0] === 'ALLOW' ? LETTERS[index] : '-';
  }).join('');
}

describe('the built-in roles', () => {
  it.each(RESOURCE_TYPES)('on %s', (type) => {
    expect(ROLES.map((role) => allowed([role], type))).toEqual(MATRIX[type]);
  });

  it('give nothing to any other role', () => {
    for (const roles of [[], ['Admin'], ['administrator'], ['']])
      expect(allowed(roles, 'servers')).toBe('---------');
  });

  it('add up when a user has several', () => {
    expect(allowed(['viewer', 'auditor'], 'audit')).toBe('-r-------');
    expect(allowed(['viewer', 'auditor'], 'tasks')).toBe('-r-------');
  });

  it('have the names that the first start creates', () => {
    expect(builtinPolicies.map(({ name }) => name)).toEqual([
      'admin_access_policy',
      'operator_access_policy',
      'viewer_access_policy',
      'auditor_access_policy',
      'approver_access_policy',
    ]);
  });
});
