import { describe, expect, it } from '@jest/globals';
import { faultsOf, strictAjv } from '../../test/strict-ajv.js';
import { BATCH_BODY_LIMIT, batchRequestSchema, MAX_BATCH_OPERATIONS } from './batch-request.js';

const batchOf = (...operations: object[]) => ({ name: 'deployment', operations });
const servers = {
  id: 'servers',
  type: 'server_batch',
  provider: 'upcloud',
  server_configs: [{ name: 'web-01', plan: '1xCPU-2 GB', zone: 'de-fra1' }],
};

describe('the request of a batch', () => {
  it.each([
    ['servers', servers],
    [
      'task services',
      { id: 'a', type: 'taskserv_batch', provider: 'aws', taskservs: ['cilium'], servers: ['web-01'] },
    ],
    ['a cluster', { id: 'a', type: 'cluster_batch', provider: 'aws', cluster_type: 'buildkit' }],
    ['commands', { id: 'a', type: 'command_batch', commands: ['uptime'], retries: 0, timeout: 60 }],
  ])('takes %s', (_what, operation) => {
    expect(faultsOf(batchRequestSchema, batchOf(operation))).toEqual([]);
  });

  it.each([
    [
      'what its type needs',
      { ...servers, server_configs: undefined },
      "must have required property 'server_configs'",
    ],
    [
      'nothing of another type',
      { ...servers, taskservs: ['cilium'] },
      '/operations/0/taskservs boolean schema is false',
    ],
    [
      'a type there is',
      { ...servers, type: 'magic' },
      '/operations/0/type must be equal to one of the allowed values',
    ],
    ['no name that reads as an option', { ...servers, id: '--force' }, '/operations/0/id must match pattern'],
    [
      'no member it does not know',
      { ...servers, zone: 'x' },
      '/operations/0 must NOT have additional properties',
    ],
  ])('asks for %s', (_what, operation, fault) => {
    const value = JSON.parse(JSON.stringify(batchOf(operation))) as unknown;
    expect(faultsOf(batchRequestSchema, value).join('\n')).toContain(fault);
  });

  it('reports a missing type once, without the rules of each type', () => {
    expect(faultsOf(batchRequestSchema, batchOf({ id: 'a' }))).toEqual([
      "/operations/0 must have required property 'type'",
    ]);
  });

  it('fills in the defaults', () => {
    const value = batchOf(servers);
    expect(strictAjv().compile(batchRequestSchema)(value)).toBe(true);
    expect(value).toMatchObject({ parallel_limit: 5, rollback_enabled: false });
  });

  it('accepts 10,000 operations within its size limit, and not one more', () => {
    const many = (length: number) =>
      batchOf(...Array.from({ length }, (_, index) => ({ ...servers, id: `servers-${index}` })));
    const validate = strictAjv().compile(batchRequestSchema);
    expect(validate(many(MAX_BATCH_OPERATIONS))).toBe(true);
    expect(JSON.stringify(many(MAX_BATCH_OPERATIONS)).length).toBeLessThan(BATCH_BODY_LIMIT);
    expect(validate(many(MAX_BATCH_OPERATIONS + 1))).toBe(false);
  });
});
