import type { BatchOperation } from '@provisioning/contracts';

/** When an operation waited and ran; times in milliseconds since 1970. */
export interface Span {
  id: string;
  status: BatchOperation['status'];
  /** When it could have started: all that it depends on had ended. */
  ready: number;
  /** Undefined until it has started. */
  started: number | undefined;
  /** Undefined until it has ended. */
  ended: number | undefined;
  /** Whether the batch would have ended earlier had this operation been faster. */
  isCritical: boolean;
}

/** The spans of the operations that have started or could have, in the order in which they started. @param submitted of the batch */
export function spansOf(operations: readonly BatchOperation[], submitted: number): Span[] {
  const ends = new Map(operations.map(({ id, completed_at }) => [id, timeOf(completed_at)]));
  const critical = criticalOf(operations, ends);
  return operations
    .filter(({ kept }) => !kept)
    .map(({ id, status, dependencies = [], started_at, completed_at }) => {
      const before = dependencies.map((dependency) => ends.get(dependency) ?? submitted);
      const started = timeOf(started_at);
      const ready = Math.max(submitted, ...before);
      return {
        id,
        status,
        ready: started === undefined ? ready : Math.min(ready, started),
        started,
        ended: timeOf(completed_at),
        isCritical: critical.has(id),
      };
    })
    .sort((a, b) => (a.started ?? Infinity) - (b.started ?? Infinity) || a.ready - b.ready);
}

/** From the operation that ended last, back over the dependency that ended last. */
function criticalOf(
  operations: readonly BatchOperation[],
  ends: ReadonlyMap<string, number | undefined>,
): Set<string> {
  const before = new Map(operations.map(({ id, dependencies = [] }) => [id, dependencies]));
  const critical = new Set<string>();
  let next = lastOf([...before.keys()], ends);
  while (next !== undefined && !critical.has(next)) {
    critical.add(next);
    next = lastOf(before.get(next) ?? [], ends);
  }
  return critical;
}

function lastOf(ids: readonly string[], ends: ReadonlyMap<string, number | undefined>): string | undefined {
  let last: string | undefined;
  for (const id of ids) {
    const end = ends.get(id);
    if (end !== undefined && (last === undefined || end > (ends.get(last) ?? 0))) last = id;
  }
  return last;
}

const timeOf = (at: string | null | undefined) => (at ? Date.parse(at) : undefined);
