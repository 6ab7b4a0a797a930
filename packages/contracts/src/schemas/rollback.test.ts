import { describe, expect, it } from '@jest/globals';
import { faultsOf } from '../../test/strict-ajv.js';
import { rollbackRequestSchema } from './rollback.js';

describe('the request of a rollback', () => {
  it.each([
    { checkpoint_id: 'checkpoint-uuid' },
    { operation_ids: ['op-1', 'op-2'] },
    { operation_ids: ['op-1'], check_mode: true },
  ])('takes %j', (value) => {
    expect(faultsOf(rollbackRequestSchema, value)).toEqual([]);
  });

  it('requires exactly one of the two fields and names the missing one', () => {
    expect(faultsOf(rollbackRequestSchema, { check_mode: true })).toContain(
      "must have required property 'checkpoint_id'",
    );
    expect(faultsOf(rollbackRequestSchema, { checkpoint_id: 'a', operation_ids: ['b'] })).toContain(
      '/checkpoint_id boolean schema is false',
    );
  });

  it.each([{}, { operation_ids: [] }, { operation_ids: ['a', 'a'] }, { checkpoint_id: null }])(
    'refuses %j',
    (value) => {
      expect(faultsOf(rollbackRequestSchema, value)).not.toEqual([]);
    },
  );
});
