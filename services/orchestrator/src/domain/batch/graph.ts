/** A node of the graph that a batch is: an operation and those that must have completed before it. */
export interface Node {
  id: string;
  dependencies: readonly string[];
}

/** A fault of the graph and where it is: the index of the operation, and of the dependency where it is one's. */
export interface GraphFault {
  operation: number;
  dependency?: number;
  message: string;
}

/** Everything that is wrong with a graph: ids used twice, unknown dependencies, else one circular dependency, named. */
export function faultsOf(nodes: readonly Node[]): GraphFault[] {
  const faults: GraphFault[] = [];
  const indexes = new Map<string, number>();
  nodes.forEach(({ id }, index) => {
    const first = indexes.get(id);
    if (first === undefined) indexes.set(id, index);
    else faults.push({ operation: index, message: `is the id of operations[${first}] already: "${id}"` });
  });
  nodes.forEach(({ dependencies }, operation) =>
    dependencies.forEach((id, dependency) => {
      if (!indexes.has(id))
        faults.push({ operation, dependency, message: `is no operation of this batch: "${id}"` });
    }),
  );
  if (faults.length > 0) return faults;
  const cycle = cycleIn(nodes);
  if (cycle) faults.push(circularDependency(cycle, nodes, indexes));
  return faults;
}

/**
 * Takes away what depends on nothing, again and again (Kahn 1962). @returns the ids in that order, each after all that it
 * depends on; what stands on a cycle is not among them.
 */
function fromBelow(nodes: readonly Node[]): string[] {
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
  const taken = new Set(fromBelow(nodes));
  const start = nodes.find(({ id }) => !taken.has(id));
  if (!start) return undefined;
  // Each of what is left depends on another of what is left: going down leads into a circle.
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

/** Who depends directly on each operation. */
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
 * Tells of every node on which of those `sought` it stands, directly or not, in their order. A bit for each pair: ten thousand
 * nodes in a row are no more work than their dependencies. What stands on a cycle, or on an unknown node, stands on none.
 */
export function ancestorsAmong(sought: readonly string[], nodes: readonly Node[]): (id: string) => string[] {
  const bits = new Map(sought.map((id, bit) => [id, bit]));
  const below = new Map<string, Uint32Array>();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  for (const id of fromBelow(nodes)) {
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

/** The names of the bits that are set. Empty words are passed over: most are. */
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
