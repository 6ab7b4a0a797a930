import type { ErrorDetail } from '@provisioning/contracts';

/** The part of an operation of a batch that its graph is made of. */
export interface GraphOperation {
  id: string;
  dependencies?: readonly string[];
}

/** Finds duplicate ids, unknown dependencies and the first cycle. @returns the faults with their paths in the batch */
export function faultsOfGraph(operations: readonly GraphOperation[]): ErrorDetail[] {
  const ids = new Set<string>();
  const faults: ErrorDetail[] = [];
  for (const [index, { id }] of operations.entries()) {
    if (ids.has(id))
      faults.push({ path: `operations[${index}].id`, message: `"${id}" is the id of an earlier operation` });
    ids.add(id);
  }
  for (const [index, { dependencies = [] }] of operations.entries()) {
    for (const [position, dependency] of dependencies.entries()) {
      if (ids.has(dependency)) continue;
      faults.push({
        path: `operations[${index}].dependencies[${position}]`,
        message: `refers to "${dependency}", which is not an operation of this batch`,
      });
    }
  }
  const circle = circleOf(operations);
  if (circle)
    faults.push({ path: 'operations', message: `have a circular dependency: ${circle.join(' → ')}` });
  return faults;
}

/** Without recursion: a batch may be a chain of thousands. */
function circleOf(operations: readonly GraphOperation[]): string[] | undefined {
  const before = new Map(operations.map(({ id, dependencies = [] }) => [id, dependencies]));
  const done = new Set<string>();
  for (const { id } of operations) {
    const path: { id: string; next: number }[] = [{ id, next: 0 }];
    const onPath = new Set([id]);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const dependency = done.has(top.id) ? undefined : before.get(top.id)?.[top.next];
      top.next += 1;
      if (dependency === undefined) {
        done.add(top.id);
        onPath.delete(top.id);
        path.pop();
      } else if (onPath.has(dependency)) {
        const ids = path.map((step) => step.id);
        return [...ids.slice(ids.indexOf(dependency)), dependency];
      } else if (!done.has(dependency)) {
        onPath.add(dependency);
        path.push({ id: dependency, next: 0 });
      }
    }
  }
  return undefined;
}
