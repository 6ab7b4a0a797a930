import type { ErrorDetail } from '@provisioning/contracts';
import { explainFaults } from './explain-fault.js';

interface Operation {
  id: string;
  dependencies?: string[];
}

/** Validates a batch offline: its schema, the ids of its operations and their dependencies. @returns the faults */
export async function faultsOfBatch(document: unknown): Promise<ErrorDetail[]> {
  // Loaded on demand: only this command needs the schemas, and they are slow to load.
  const [{ executeBatch }, { Compile }] = await Promise.all([
    import('@provisioning/contracts'),
    import('typebox/schema'),
  ]);
  const [isValid, errors] = Compile(executeBatch.body ?? {}).Errors(document);
  if (!isValid) return errors.flatMap(explainFaults);
  return faultsOfGraph((document as { operations: Operation[] }).operations);
}

/** The faults of the dependencies of a batch: duplicate ids, unknown dependencies and cycles. */
export function faultsOfGraph(operations: readonly Operation[]): ErrorDetail[] {
  const ids = new Set<string>();
  const faults: ErrorDetail[] = [];
  for (const [index, { id }] of operations.entries()) {
    if (ids.has(id))
      faults.push({ path: `operations[${index}].id`, message: `'${id}' is there more than once` });
    ids.add(id);
  }
  for (const [index, { dependencies = [] }] of operations.entries()) {
    for (const unknown of dependencies.filter((dependency) => !ids.has(dependency))) {
      faults.push({
        path: `operations[${index}].dependencies`,
        message: `'${unknown}' is no operation of this batch`,
      });
    }
  }
  const circle = circleOf(operations);
  if (circle)
    faults.push({ path: 'operations', message: `have a circular dependency: ${circle.join(' → ')}` });
  return faults;
}

/** Without recursion: a batch may be a chain of thousands. */
function circleOf(operations: readonly Operation[]): string[] | undefined {
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
