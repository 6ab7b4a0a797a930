import { describe, expect, it } from '@jest/globals';
import { faultsOfBatch, faultsOfGraph } from './validate.js';

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

  it('reports duplicate ids, unknown dependencies and a cycle', () => {
    const faults = faultsOfGraph([
      command('a'),
      command('a', ['z']),
      command('b', ['c']),
      command('c', ['b']),
    ]);
    expect(faults.map(({ message }) => message)).toEqual([
      "'a' is there more than once",
      "'z' is no operation of this batch",
      'have a circular dependency: b → c → b',
    ]);
  });

  it('accepts a chain of thousands of operations', () => {
    const chain = Array.from({ length: 9_000 }, (_, index) =>
      command(`o${index}`, index ? [`o${index - 1}`] : []),
    );
    expect(faultsOfGraph(chain)).toEqual([]);
  });
});
