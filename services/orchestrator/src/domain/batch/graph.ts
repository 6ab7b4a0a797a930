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

/** Everything that is wrong with a graph: ids used twice, dependencies on nobody, cycles (one of them is named). */
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
  if (cycle)
    faults.push({
      operation: indexes.get(cycle[0]!)!,
      message: `depends on itself: ${[...cycle, cycle[0]!].map((id) => `"${id}"`).join(' → ')} (each depends on the next)`,
    });
  return faults;
}

/**
 * Takes away what depends on nothing, again and again (Kahn 1962): what cannot be taken away stands on a cycle.
 * @returns the ids of one cycle, each depending on the next
 */
function cycleIn(nodes: readonly Node[]): string[] | undefined {
  const missing = new Map(nodes.map(({ id, dependencies }) => [id, dependencies.length]));
  const above = dependentsOf(nodes);
  const free = nodes.filter(({ dependencies }) => dependencies.length === 0).map(({ id }) => id);
  for (let id = free.pop(); id !== undefined; id = free.pop()) {
    missing.delete(id);
    for (const dependent of above.get(id) ?? []) {
      const left = missing.get(dependent)! - 1;
      missing.set(dependent, left);
      if (left === 0) free.push(dependent);
    }
  }
  const start = nodes.find(({ id }) => missing.has(id));
  if (!start) return undefined;
  // Each of what is left depends on another of what is left: going down leads into a circle.
  const left = new Map(
    nodes.filter(({ id }) => missing.has(id)).map(({ id, dependencies }) => [id, dependencies]),
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

/** Everything that an operation stands on, directly or not. The graph has no cycle. */
export function ancestorsOf(id: string, nodes: ReadonlyMap<string, Node>): Set<string> {
  const found = new Set<string>();
  const open = [...(nodes.get(id)?.dependencies ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    open.push(...(nodes.get(next)?.dependencies ?? []));
  }
  return found;
}
