import { describe, expect, it } from '@jest/globals';
import { faultsOf } from '../../test/strict-ajv.js';
import { auditQuerySchema } from './audit.js';

describe('the dates of an audit query', () => {
  it.each(['2025-02-28', '2025-09-26T10:00:00Z', '2025-09-26T10:00:00.123+02:00'])('may be %s', (from) => {
    expect(faultsOf(auditQuerySchema, { from })).toEqual([]);
  });

  it.each(['2025-02-30', '2025-02-30T00:00:00Z', 'yesterday', '1632150000', ''])('may not be %j', (from) => {
    expect(faultsOf(auditQuerySchema, { from })).not.toEqual([]);
  });
});
