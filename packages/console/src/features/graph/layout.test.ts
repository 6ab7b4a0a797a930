import { describe, expect, it } from '@jest/globals';
import { layoutOf, levelled, NODE_HEIGHT, type GraphNode, type Layout } from './layout.js';

const chain = (length: number): GraphNode[] =>
  Array.from({ length }, (_, n) => ({ id: `n${n}`, dependencies: n === 0 ? [] : [`n${n - 1}`] }));

const fan: GraphNode[] = [
  { id: 'root', dependencies: [] },
  ...Array.from({ length: 20 }, (_, n) => ({ id: `leaf-${n}`, dependencies: ['root', 'unknown'] })),
  { id: 'last', dependencies: Array.from({ length: 20 }, (_, n) => `leaf-${n}`) },
];

describe.each([
  ['the careful layout', layoutOf],
  ['the layout of large graphs', levelled],
])('%s', (_name, layout: (nodes: readonly GraphNode[]) => Layout) => {
  it('puts each operation behind all that it depends on', () => {
    for (const nodes of [fan, chain(50)]) {
      const { x } = layout(nodes);
      const at = new Map(nodes.map(({ id }, index) => [id, x[index]!]));
      for (const { id, dependencies } of nodes)
        for (const before of dependencies)
          if (at.has(before)) expect(at.get(before)!).toBeLessThan(at.get(id)!);
    }
  });

  it('puts no two onto the same place', () => {
    const { x, y } = layout(fan);
    const places = fan.map((_node, index) => [x[index]!, y[index]!] as const);
    for (const [one, [x1, y1]] of places.entries())
      for (const [x2, y2] of places.slice(one + 1))
        expect(x1 !== x2 || Math.abs(y1 - y2) >= NODE_HEIGHT).toBe(true);
  });
});

it('a long chain is no deep recursion', () => {
  expect(layoutOf(chain(10_000)).x).toHaveLength(10_000);
});
