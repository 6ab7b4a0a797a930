/** A node of a batch's graph: an operation and its dependencies. */
export interface Node {
  id: string;
  dependencies: readonly string[];
}

/** A fault of the graph, with the index of the operation and, if it concerns one, of the dependency. */
export interface GraphFault {
  operation: number;
  dependency?: number;
  message: string;
}

/** Returns the faults of a graph: duplicate ids and unknown dependencies, else one circular dependency. */
export function faultsOf(nodes: readonly Node[]): GraphFault[] {
  const faults: GraphFault[] = [];
  const indexes = new Map<string, number>();
  nodes.forEach(({ id }, index) => {
    const first = indexes.get(id);
    if (first === undefined) indexes.set(id, index);
    else
      faults.push({
        operation: index,
        message: `must be unique: operations[${first}] has the id "${id}" as well`,
      });
  });
  nodes.forEach(({ dependencies }, operation) =>
    dependencies.forEach((id, dependency) => {
      if (!indexes.has(id))
        faults.push({
          operation,
          dependency,
          message: `refers to "${id}", which is not an operation of this batch`,
        });
    }),
  );
  if (faults.length > 0) return faults;
  const cycle = cycleIn(nodes);
  if (cycle) faults.push(circularDependency(cycle, nodes, indexes));
  return faults;
}

/**
 * Sorts topologically (Kahn 1962). @returns the ids, each after all of its dependencies; nodes that depend on a cycle are
 * left out
 */
function topologicalOrder(nodes: readonly Node[]): string[] {
  const missing = new Map(nodes.map(({ id, dependencies }) => [id, dependencies.length]));
  const above = dependentsOf(nodes);
  const order: string[] = [];
  const free = nodes.filter(({ dependencies }) => dependencies.length === 0).map(({ id }) => id);
  for (let id = free.pop(); id !== undefined; id = free.pop()) {
    order.push(id);
    for (const dependent of above.get(id) ?? []) {
      const left = missing.get(dependent)! - 1;
      missing.set(dependent, left);
      if (left === 0) free.push(dependent);
    }
  }
  return order;
}

/** @returns the ids of one cycle, each depending on the next */
function cycleIn(nodes: readonly Node[]): string[] | undefined {
  const taken = new Set(topologicalOrder(nodes));
  const start = nodes.find(({ id }) => !taken.has(id));
  if (!start) return undefined;
  // Each remaining node depends on another one: following dependencies leads into a cycle.
  const left = new Map(
    nodes.filter(({ id }) => !taken.has(id)).map(({ id, dependencies }) => [id, dependencies]),
  );
  const path: string[] = [];
  const seen = new Map<string, number>();
  let id = start.id;
  while (!seen.has(id)) {
    seen.set(id, path.length);
    path.push(id);
    id = left.get(id)!.find((dependency) => left.has(dependency))!;
  }
  return path.slice(seen.get(id));
}

/** The fault of the cycle's first operation, at the dependency that leads into the cycle. */
function circularDependency(
  cycle: readonly string[],
  nodes: readonly Node[],
  indexes: ReadonlyMap<string, number>,
): GraphFault {
  const [first = '', next = first] = cycle;
  const operation = indexes.get(first)!;
  const way = [...cycle, first].map((id) => `"${id}"`).join(' → ');
  return {
    operation,
    dependency: nodes[operation]!.dependencies.indexOf(next),
    message: `is part of a circular dependency: ${way} (each depends on the next). Remove one of these dependencies`,
  };
}

/** The direct dependents of each operation. */
function dependentsOf(nodes: readonly Node[]): Map<string, string[]> {
  const above = new Map<string, string[]>();
  for (const { id, dependencies } of nodes)
    for (const dependency of dependencies) {
      const dependents = above.get(dependency);
      if (dependents) dependents.push(id);
      else above.set(dependency, [id]);
    }
  return above;
}

/**
 * Returns a function that finds those of the `sought` nodes on which a node depends, directly or indirectly, in their order.
 * Uses one bit for each pair of nodes, so that the time is linear in the number of dependencies. Nodes that depend on a cycle
 * or on an unknown node have no ancestors.
 */
export function ancestorsAmong(sought: readonly string[], nodes: readonly Node[]): (id: string) => string[] {
  const bits = new Map(sought.map((id, bit) => [id, bit]));
  const below = new Map<string, Uint32Array>();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  for (const id of topologicalOrder(nodes)) {
    const found = new Uint32Array(Math.ceil(sought.length / 32));
    for (const dependency of byId.get(id)!.dependencies) {
      const further = below.get(dependency)!;
      for (let word = 0; word < found.length; word++) found[word]! |= further[word]!;
      const bit = bits.get(dependency);
      if (bit !== undefined) found[bit >> 5]! |= 1 << (bit & 31);
    }
    below.set(id, found);
  }
  return (id) => namesOf(below.get(id) ?? NONE, sought);
}

const NONE = new Uint32Array();

/** The names of the bits that are set. Most words are empty and skipped. */
function namesOf(bits: Uint32Array, names: readonly string[]): string[] {
  const found: string[] = [];
  for (let index = 0; index < bits.length; index++) {
    for (let word = bits[index]!; word !== 0; word &= word - 1) {
      const lowest = 31 - Math.clz32(word & -word);
      found.push(names[index * 32 + lowest]!);
    }
  }
  return found;
}

/** Returns the nodes of a graph without faults, each after those on which it depends. Otherwise the order is kept. */
export function inDependencyOrder<N extends Node>(nodes: readonly N[]): N[] {
  const dependents = new Map<string, N[]>();
  const open = new Map(nodes.map(({ id, dependencies }) => [id, dependencies.length]));
  for (const node of nodes)
    for (const id of node.dependencies) {
      const known = dependents.get(id);
      if (known) known.push(node);
      else dependents.set(id, [node]);
    }
  const ordered = nodes.filter(({ dependencies }) => dependencies.length === 0);
  // The list grows while it is read.
  for (const { id } of ordered)
    for (const dependent of dependents.get(id) ?? []) {
      const left = (open.get(dependent.id) ?? 0) - 1;
      open.set(dependent.id, left);
      if (left === 0) ordered.push(dependent);
    }
  return ordered;
}
