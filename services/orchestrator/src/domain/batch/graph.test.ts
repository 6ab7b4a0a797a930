import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ancestorsAmong, faultsOf, type Node } from './graph.js';

/** Graphs without a cycle: each node depends on nodes of lower numbers; listed in any order. */
const acyclic = fc
  .array(fc.array(fc.nat(), { maxLength: 5 }), { minLength: 1, maxLength: 40 })
  .chain((drawn) => {
    const nodes = drawn.map((choices, index): Node => ({
      id: `n${index}`,
      dependencies: index === 0 ? [] : [...new Set(choices.map((choice) => `n${choice % index}`))],
    }));
    return fc.shuffledSubarray(nodes, { minLength: nodes.length });
  });

function ancestorsIn(nodes: readonly Node[]) {
  return ancestorsAmong(
    nodes.map(({ id }) => id),
    nodes,
  );
}

describe('the graph of a batch', () => {
  it('is valid without a cycle, in any order of its operations', () => {
    fc.assert(fc.property(acyclic, (nodes) => expect(faultsOf(nodes)).toEqual([])));
  });

  it('is refused with a cycle, and the cycle that is named is one', () => {
    fc.assert(
      fc.property(acyclic, fc.nat(), (nodes, choice) => {
        const upper = nodes[choice % nodes.length]!;
        const below = [...ancestorsIn(nodes)(upper.id), upper.id];
        const lower = below[choice % below.length]!;
        const closed = nodes.map((node) =>
          node.id === lower
            ? { ...node, dependencies: [...new Set([...node.dependencies, upper.id])] }
            : node,
        );
        const [fault, ...others] = faultsOf(closed);
        expect(others).toEqual([]);
        const named = [...fault!.message.matchAll(/"([^"]+)"/g)].map(([, id]) => id!);
        expect(named[0]).toBe(named.at(-1));
        const edges = new Map(closed.map(({ id, dependencies }) => [id, dependencies]));
        named.slice(0, -1).forEach((id, index) => expect(edges.get(id)).toContain(named[index + 1]));
      }),
    );
  });

  it('reports unknown dependencies and repeated ids, all of them', () => {
    const faults = faultsOf([
      { id: 'a', dependencies: ['x', 'b'] },
      { id: 'b', dependencies: ['y'] },
      { id: 'a', dependencies: [] },
    ]);
    expect(faults).toEqual([
      { operation: 2, message: 'must be unique: operations[0] has the id "a" as well' },
      { operation: 0, dependency: 0, message: 'refers to "x", which is not an operation of this batch' },
      { operation: 1, dependency: 0, message: 'refers to "y", which is not an operation of this batch' },
    ]);
  });

  it('reports a circular dependency at the dependency that closes it', () => {
    const nodes = [
      { id: 'a', dependencies: [] },
      { id: 'b', dependencies: ['a', 'c'] },
      { id: 'c', dependencies: ['b'] },
    ];
    expect(faultsOf(nodes)).toEqual([
      {
        operation: 1,
        dependency: 1,
        message:
          'is part of a circular dependency: "b" → "c" → "b" (each depends on the next). ' +
          'Remove one of these dependencies',
      },
    ]);
  });

  it('reports an operation that depends on itself', () => {
    expect(faultsOf([{ id: 'a', dependencies: ['a'] }])[0]?.message).toContain('"a" → "a"');
  });

  it('handles chains and fans of ten thousand without exhausting the stack', () => {
    const chain = Array.from({ length: 10_000 }, (_, index): Node => ({
      id: `n${index}`,
      dependencies: index > 0 ? [`n${index - 1}`] : [],
    }));
    expect(faultsOf(chain)).toEqual([]);
    const below = ancestorsIn(chain);
    // Some of them, the last one included: all would be 50 million names.
    const looked = chain.flatMap((_, index) => (index % 101 === 0 || index === 9_999 ? [index] : []));
    expect(looked.map((index) => below(`n${index}`).length)).toEqual(looked);
    const ring = chain.map((node, index) => (index === 0 ? { ...node, dependencies: ['n9999'] } : node));
    expect(faultsOf(ring)[0]?.message).toContain('"n0"');
  });

  it('finds everything that an operation depends on, and nothing else', () => {
    fc.assert(
      fc.property(acyclic, (nodes) => {
        const below = ancestorsIn(nodes);
        for (const { id, dependencies } of nodes) {
          const found = below(id);
          expect(found).not.toContain(id);
          const expected = new Set(dependencies.flatMap((direct) => [direct, ...below(direct)]));
          expect(found).toHaveLength(expected.size);
          expect(new Set(found)).toEqual(expected);
        }
        const [first] = nodes;
        const one = ancestorsAmong([first!.id], nodes);
        for (const { id } of nodes) expect(one(id)).toEqual(below(id).filter((other) => other === first!.id));
      }),
    );
  });
});
