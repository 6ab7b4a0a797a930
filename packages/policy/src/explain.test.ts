import { describe, expect, it } from '@jest/globals';
import { aRequest } from '../test/a-request.js';
import { decide } from './decide.js';
import { explain } from './explain.js';
import { compilePolicies } from './policy-set.js';

const condition = "context.provider == 'aws'";
const set = compilePolicies(
  [
    {
      name: 'second',
      version: '1.0.0',
      rules: [
        { effect: 'Allow', resource: 'servers:*', action: ['read'], condition },
        { effect: 'Deny', resource: 'servers:*', action: ['read'], condition },
      ],
    },
    {
      id: 'p-1',
      name: 'first',
      version: '1.0.0',
      rules: [
        { effect: 'Allow', resource: 'tasks:*', action: ['read'] },
        { effect: 'Allow', resource: 'servers:test-*', action: ['read'] },
        { effect: 'Allow', resource: 'servers:*', action: ['create'], condition },
        { effect: 'Allow', resource: '*', action: ['*'], condition: "user.role == 'admin'" },
        { effect: 'Allow', resource: '*', action: ['*'], condition: "user.role == 'viewer'" },
      ],
    },
  ],
  { revision: 1 },
);

describe('an explanation', () => {
  const request = aRequest({ roles: ['viewer'] });
  const failed = { message: 'field not found: provider', line: 1, column: 8 };
  const first = { policy: 'first', policyId: 'p-1', effect: 'Allow', decided: false, counted: false };
  const second = {
    policy: 'second',
    policyId: null,
    decided: false,
    counted: false,
    outcome: 'condition_error',
  };

  it('states for each rule why it counted or did not', () => {
    expect(explain(set, request)).toEqual({
      decision: decide(set, request),
      rules: [
        { ...first, index: 0, outcome: 'other_resource' },
        { ...first, index: 1, outcome: 'other_resource' },
        { ...first, index: 2, outcome: 'other_action' },
        { ...first, index: 3, outcome: 'condition_false' },
        { ...first, index: 4, outcome: 'applies', counted: true },
        { ...second, index: 0, effect: 'Allow', ...failed },
        { ...second, index: 1, effect: 'Deny', counted: true, decided: true, ...failed },
      ],
    });
  });

  it('explains no rule where the request itself is invalid', () => {
    const { decision, rules } = explain(set, aRequest({ action: 'drop' }));
    expect(decision.errors).toMatchObject([{ rule: null, path: 'action' }]);
    expect(rules).toEqual([]);
  });
});
