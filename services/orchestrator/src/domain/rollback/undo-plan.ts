import type { JournalEntry, Obstacle } from './rollback.js';
import { inOrder, type Existing } from './undo-order.js';

/** Consecutive changes of one operation, the last one first. */
export interface UndoStep {
  operationId: string;
  infra: string;
  provider: string;
  entries: JournalEntry[];
}

export interface UndoPlan {
  /** To be done one after the other. */
  steps: UndoStep[];
  /** Later changes that stand on what is to be undone: they have to be undone with it, or before. */
  inTheWay: Obstacle[];
  /** What nobody here can undo. */
  impossible: Obstacle[];
}

/**
 * How to undo these changes: the last one first, so that nothing is taken away from under what stands on it.
 * @param chosen what is to be undone
 * @param later everything that was done since the first of them and still stands
 * @param existing what there is now
 */
export function planUndo(
  chosen: readonly JournalEntry[],
  later: readonly JournalEntry[],
  existing: readonly Existing[],
): UndoPlan {
  const selected = new Set(chosen.map(({ seq }) => seq));
  const others = later.filter(({ seq }) => !selected.has(seq));
  const newestFirst = [...chosen].sort((a, b) => b.seq - a.seq);
  const possible: JournalEntry[] = [];
  const plan: UndoPlan = { steps: [], inTheWay: [], impossible: [] };
  for (const entry of newestFirst) {
    if (entry.state === 'unknown') {
      const reason =
        `What became of the ${entry.kind} ${entry.name} in ${entry.infra} is unknown: whatever was to be done there ` +
        'lost all of its workers. Restoring the checkpoint asks the provider.';
      plan.impossible.push({ operationId: entry.taskId, reason });
      continue;
    }
    if (entry.resourceId === null) {
      const reason = `The ${entry.kind} ${entry.name} was ${past(entry)} by a program that alone knows how to undo it.`;
      plan.impossible.push({ operationId: entry.taskId, reason });
      continue;
    }
    for (const other of others)
      if (other.state === 'done' && other.seq > entry.seq && standsOn(other, entry))
        plan.inTheWay.push({
          operationId: other.taskId,
          reason: `The operation ${other.taskId} has ${past(other)} the ${other.kind} ${other.name} in ${other.infra} since: undo it, too.`,
        });
    possible.push(entry);
  }
  for (const entry of inOrder(possible, existing)) addTo(plan.steps, entry);
  plan.inTheWay = unique(plan.inTheWay);
  plan.impossible = unique(plan.impossible);
  return plan;
}

function addTo(steps: UndoStep[], entry: JournalEntry): void {
  const last = steps.at(-1);
  if (last?.operationId === entry.taskId && last.infra === entry.infra) last.entries.push(entry);
  else
    steps.push({ operationId: entry.taskId, infra: entry.infra, provider: entry.provider, entries: [entry] });
}

/** The same thing again, a task service on that server, a cluster that spans it. */
function standsOn(later: JournalEntry, entry: JournalEntry): boolean {
  if (later.infra !== entry.infra) return false;
  if (later.kind === entry.kind && later.name === entry.name) return true;
  if (entry.kind !== 'server') return false;
  if (later.kind === 'taskserv') return later.name.startsWith(`${entry.name}/`);
  const servers = (later.after ?? later.before)?.['servers'];
  return later.kind === 'cluster' && Array.isArray(servers) && servers.includes(entry.name);
}

const PAST = { create: 'created', change: 'changed', destroy: 'destroyed' } as const;

function past({ change }: JournalEntry): string {
  return PAST[change];
}

function unique(obstacles: readonly Obstacle[]): Obstacle[] {
  return [...new Map(obstacles.map((obstacle) => [obstacle.reason, obstacle])).values()];
}
