import { cannotChange } from '@provisioning/provisioner/plan';
import { actionOf } from './change-report.js';
import { serversOf } from './resource-body.js';
import type { JournalEntry, Obstacle } from './rollback.js';
import { netUndo, type NetUndo } from './net-undo.js';
import { inOrder, type Existing } from './undo-order.js';

/** What is undone of the changes of one operation without another's between them. */
export interface UndoStep {
  operationId: string;
  /** Other operations whose changes are undone by the same acts, and how many changes of each. */
  along: { operationId: string; changes: number }[];
  infra: string;
  provider: string;
  /** The net difference as changes of which each is undone by one act, the last one first. */
  changes: JournalEntry[];
  /** All that is undone by it. */
  entries: JournalEntry[];
}

export interface UndoPlan {
  /** To be done one after the other. */
  steps: UndoStep[];
  /** Later changes that stand on what is to be undone: they have to be undone with it, or before. */
  inTheWay: Obstacle[];
  /** What nobody here can undo. */
  impossible: Obstacle[];
  /** All that the plan is about: what it undoes and what it cannot. */
  about: JournalEntry[];
}

/**
 * How to undo these changes: their net difference, the last one first, so that nothing is taken away from under what stands
 * on it.
 * @param chosen what is to be undone
 * @param later everything that was done since the first of them and still stands
 * @param existing what there is now
 * @param wanted what the checkpoint has that is gone back to, where it is one
 */
export function planUndo(
  chosen: readonly JournalEntry[],
  later: readonly JournalEntry[],
  existing: readonly Existing[],
  wanted: readonly Existing[] = [],
): UndoPlan {
  const selected = new Set(chosen.map(({ seq }) => seq));
  const others = later.filter(({ seq }) => !selected.has(seq));
  const newestFirst = [...chosen].sort((a, b) => b.seq - a.seq);
  const possible: JournalEntry[] = [];
  const plan: UndoPlan = { steps: [], inTheWay: [], impossible: [], about: [] };
  for (const entry of newestFirst) {
    if (entry.state === 'unknown') {
      const reason =
        `What became of the ${entry.kind} ${entry.name} in ${entry.infra} is unknown: the operation ended before it ` +
        'could report. Retrying or resuming it finds out, and restoring the checkpoint asks the provider.';
      plan.impossible.push({ operationId: entry.taskId, reason });
      plan.about.push(entry);
      continue;
    }
    if (entry.resourceId === null) {
      const reason = `The ${entry.kind} ${entry.name} was ${actionOf(entry)} by a program that alone knows how to undo it.`;
      plan.impossible.push({ operationId: entry.taskId, reason });
      plan.about.push(entry);
      continue;
    }
    for (const other of others)
      if (other.state === 'done' && other.seq > entry.seq && standsOn(other, entry))
        plan.inTheWay.push({
          operationId: other.taskId,
          reason: `The operation ${other.taskId} has ${actionOf(other)} the ${other.kind} ${other.name} in ${other.infra} since: undo it, too.`,
        });
    possible.push(entry);
  }
  const undos = new Map(
    netUndo(inOrder(possible, existing), existing, wanted).map((undo) => [undo.change, undo]),
  );
  const net = [...undos.keys()];
  for (const change of inOrder(net, existing)) {
    const undo = undos.get(change)!;
    const reason = irreversible(change, net);
    if (reason === null) addTo(plan.steps, undo);
    else {
      plan.impossible.push({ operationId: change.taskId, reason });
      plan.about.push(...undo.entries);
    }
  }
  plan.about.push(...plan.steps.flatMap(({ entries }) => entries));
  plan.inTheWay = unique(plan.inTheWay);
  plan.impossible = unique(plan.impossible);
  return plan;
}

function addTo(steps: UndoStep[], { change, entries }: NetUndo): void {
  const { taskId: operationId, infra, provider } = change;
  let step = steps.at(-1);
  if (step?.operationId !== operationId || step.infra !== infra) {
    step = { operationId, along: [], infra, provider, changes: [], entries: [] };
    steps.push(step);
  }
  step.changes.push(change);
  step.entries.push(...entries);
  for (const { taskId } of entries) {
    if (taskId === operationId) continue;
    const other = step.along.find((one) => one.operationId === taskId);
    if (other) other.changes++;
    else step.along.push({ operationId: taskId, changes: 1 });
  }
}

/** Why its driver cannot take it back; what goes as a whole need not be taken back piece by piece. */
function irreversible(
  { change, infra, kind, name, driver, before, after }: JournalEntry,
  all: readonly JournalEntry[],
) {
  if (change !== 'change' || !before || !after) return null;
  const goes = all.some(
    (one) => one.change === 'create' && one.infra === infra && one.kind === kind && one.name === name,
  );
  return goes ? null : cannotChange(driver, kind, after, before);
}

/** The same thing again, a task service on that server, a cluster that spans it. */
function standsOn(later: JournalEntry, entry: JournalEntry): boolean {
  if (later.infra !== entry.infra) return false;
  if (later.kind === entry.kind && later.name === entry.name) return true;
  if (entry.kind !== 'server') return false;
  const { kind, name, after, before } = later;
  return serversOf({ kind, name, body: after ?? before }).includes(entry.name);
}

function unique(obstacles: readonly Obstacle[]): Obstacle[] {
  return [...new Map(obstacles.map((obstacle) => [obstacle.reason, obstacle])).values()];
}
