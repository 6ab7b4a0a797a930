import dagre from '@dagrejs/dagre';

export const NODE_WIDTH = 176;
export const NODE_HEIGHT = 44;
const LEVEL_GAP = 72;
const SIBLING_GAP = 16;
/** Above this many nodes and edges the careful layout takes longer than anybody waits. */
const MOST_CAREFUL = 1_500;

/** An operation in the graph, and what it waits for. */
export interface GraphNode {
  id: string;
  dependencies: readonly string[];
}

/** Places of the nodes, in pixels from the upper left corner. */
export interface Layout {
  /** The middle of each node, in the order of the nodes. */
  x: number[];
  y: number[];
  width: number;
  height: number;
}

/** Where each operation stands, from what it depends on alone: states never move anything. */
export function layoutOf(nodes: readonly GraphNode[]): Layout {
  const edges = nodes.reduce((sum, { dependencies }) => sum + dependencies.length, 0);
  return nodes.length + edges <= MOST_CAREFUL ? careful(nodes) : levelled(nodes);
}

function careful(nodes: readonly GraphNode[]): Layout {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({
    rankdir: 'LR',
    ranker: 'longest-path',
    ranksep: LEVEL_GAP,
    nodesep: SIBLING_GAP,
    marginx: 24,
    marginy: 24,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  const known = new Set(nodes.map(({ id }) => id));
  for (const { id } of nodes) graph.setNode(id, { width: NODE_WIDTH, height: NODE_HEIGHT });
  for (const { id, dependencies } of nodes)
    for (const from of dependencies) if (known.has(from)) graph.setEdge(from, id);
  dagre.layout(graph);
  const placed = nodes.map(({ id }) => graph.node(id));
  const size = graph.graph();
  return {
    x: placed.map(({ x }) => x ?? 0),
    y: placed.map(({ y }) => y ?? 0),
    width: size.width ?? 0,
    height: size.height ?? 0,
  };
}

/** Level by level, each ordered by where its dependencies stand. */
export function levelled(nodes: readonly GraphNode[]): Layout {
  const index = new Map(nodes.map(({ id }, at) => [id, at]));
  const level: number[] = nodes.map(() => -1);
  const levelOf = (start: number): number => {
    // Without recursion: a chain may be thousands long.
    const stack = [start];
    while (stack.length > 0) {
      const at = stack[stack.length - 1]!;
      const open = nodes[at]!.dependencies.map((id) => index.get(id)).filter(
        (before): before is number => before !== undefined && level[before] === -1 && !stack.includes(before),
      );
      if (open.length > 0) stack.push(...open);
      else {
        stack.pop();
        const before = nodes[at]!.dependencies.map((id) => level[index.get(id) ?? -1] ?? -1);
        level[at] = Math.max(-1, ...before) + 1;
      }
    }
    return level[start]!;
  };
  const levels: number[][] = [];
  nodes.forEach((_node, at) => (levels[levelOf(at)] ??= []).push(at));
  const y: number[] = nodes.map(() => 0);
  const x: number[] = nodes.map(() => 0);
  let height = 0;
  levels.forEach((members, depth) => {
    const wish = (at: number) => {
      const before = nodes[at]!.dependencies.map((id) => y[index.get(id) ?? -1]).filter(
        (one) => one !== undefined,
      );
      return before.length === 0 ? at : before.reduce((sum, one) => sum + one, 0) / before.length;
    };
    const order = members.map((at) => [wish(at), at] as const).sort((one, other) => one[0] - other[0]);
    order.forEach(([, at], place) => {
      x[at] = 24 + NODE_WIDTH / 2 + depth * (NODE_WIDTH + LEVEL_GAP);
      y[at] = 24 + NODE_HEIGHT / 2 + place * (NODE_HEIGHT + SIBLING_GAP);
      height = Math.max(height, y[at] + NODE_HEIGHT / 2 + 24);
    });
  });
  return { x, y, width: 48 + levels.length * (NODE_WIDTH + LEVEL_GAP) - LEVEL_GAP, height };
}
