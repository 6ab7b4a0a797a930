import { describe, expect, it } from '@jest/globals';
import { aRequest } from '../test/a-request.js';
import { builtinPolicies } from './builtin-policies.js';
import { decide } from './decide.js';
import { ACTIONS, RESOURCE_TYPES } from './policy.js';
import { compilePolicies } from './policy-set.js';

/** c create, r read, u update, d delete, x execute, k cancel, s restore, m simulate; in the order admin, operator, viewer, auditor. */
const MATRIX: Record<
  (typeof RESOURCE_TYPES)[number],
  [admin: string, operator: string, viewer: string, auditor: string]
> = {
  servers: ['crudxksm', 'crud----', '-r------', '--------'],
  taskservs: ['crudxksm', 'crud----', '-r------', '--------'],
  clusters: ['crudxksm', 'crud----', '-r------', '--------'],
  commands: ['crudxksm', '-r--x---', '-r------', '--------'],
  batches: ['crudxksm', 'cr--xk--', '-r------', '--------'],
  tasks: ['crudxksm', '-r--xk--', '-r------', '--------'],
  state: ['crudxksm', '-r------', '-r------', '--------'],
  checkpoints: ['crudxksm', 'cr-d--s-', '-r------', '--------'],
  rollbacks: ['crudxksm', 'cr--xks-', '-r------', '--------'],
  events: ['crudxksm', '-r------', '-r------', '--------'],
  webhooks: ['crudxksm', 'crudx---', '-r------', '--------'],
  users: ['crudxksm', '--------', '--------', '--------'],
  policies: ['crudxksm', '-r------', '-r------', '-r------'],
  audit: ['crudxksm', '--------', '--------', '-r------'],
  tokens: ['crudxksm', '--------', '--------', '--------'],
  decisions: ['crudxksm', '--------', '--------', '-r------'],
};
const ROLES = ['admin', 'operator', 'viewer', 'auditor'];
const LETTERS = ['c', 'r', 'u', 'd', 'x', 'k', 's', 'm'];
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
      expect(allowed(roles, 'servers')).toBe('--------');
  });

  it('add up when a user has several', () => {
    expect(allowed(['viewer', 'auditor'], 'audit')).toBe('-r------');
    expect(allowed(['viewer', 'auditor'], 'tasks')).toBe('-r------');
  });

  it('have the names that the first start creates', () => {
    expect(builtinPolicies.map(({ name }) => name)).toEqual([
      'admin_access_policy',
      'operator_access_policy',
      'viewer_access_policy',
      'auditor_access_policy',
    ]);
  });
});
