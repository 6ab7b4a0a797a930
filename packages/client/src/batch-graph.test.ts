import { describe, expect, it } from '@jest/globals';
import { faultsOfGraph } from './batch-graph.js';

const command = (id: string, dependencies: string[] = []) => ({ id, dependencies });

describe('the graph of a batch', () => {
  it('reports duplicate ids, unknown dependencies and a cycle', () => {
    const faults = faultsOfGraph([
      command('a'),
      command('a', ['z']),
      command('b', ['c']),
      command('c', ['b']),
    ]);
    expect(faults.map(({ message }) => message)).toEqual([
      '"a" is the id of an earlier operation',
      'refers to "z", which is not an operation of this batch',
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
