import { describe, expect, it } from '@jest/globals';
import { faultsOfBatch } from './validate.js';

const command = (id: string, dependencies: string[] = []) => ({
  id,
  type: 'command_batch',
  commands: ['true'],
  dependencies,
});

describe('validation of a batch', () => {
  it('reports schema faults with their path', async () => {
    const faults = await faultsOfBatch({ name: 'b', operations: [{ id: 'a', type: 'server_batch' }] });
    expect(faults.map(({ path }) => path)).toContain('operations[0]');
    expect(await faultsOfBatch({ name: 'b', operations: [command('a')] })).toEqual([]);
  });

  it('describes faults in plain language without regular expressions', async () => {
    const operation = { id: '-x', type: 'server_batch', provider: 'local', server_configs: [] };
    const faults = await faultsOfBatch({ parallel_limit: 0, operations: [operation, 3], odd: 1 });
    expect(Object.fromEntries(faults.map(({ path, message }) => [path, message]))).toEqual({
      name: 'is required',
      odd: 'is not a known field',
      parallel_limit: 'must be at least 1',
      'operations[0].id':
        'must start with a letter or digit and contain only letters, digits, ".", "_" and "-" (63 characters at most)',
      'operations[0].server_configs': 'must not be empty',
      'operations[1]': 'must be an object',
    });
  });

  it('reports a faulty graph with its path', async () => {
    const faults = await faultsOfBatch({ name: 'b', operations: [command('a', ['z'])] });
    expect(faults).toMatchObject([{ path: 'operations[0].dependencies[0]' }]);
  });
});
