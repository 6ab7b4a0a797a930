import { cannotChange } from '@provisioning/provisioner/plan';
import { actionOf } from './change-report.js';
import { serversOf } from './resource-body.js';
import type { JournalEntry, Obstacle } from './rollback.js';
import { netUndo, type NetUndo } from './net-undo.js';
import { inOrder, type Existing } from './undo-order.js';

/** Consecutive changes of one operation that are undone together. */
export interface UndoStep {
  operationId: string;
  /** Further operations whose changes are undone with them, and how many changes of each. */
  along: { operationId: string; changes: number }[];
  infra: string;
  provider: string;
  /** The net changes to reverse, newest first. */
  changes: JournalEntry[];
  /** The journal entries that it undoes. */
  entries: JournalEntry[];
}

/** The plan of a rollback. */
export interface UndoPlan {
  /** In the order in which they must run. */
  steps: UndoStep[];
  /** Later changes that depend on the chosen ones: they must be undone with them or before. */
  inTheWay: Obstacle[];
  /** What cannot be undone. */
  impossible: Obstacle[];
  /** All entries that the plan undoes or cannot undo. */
  about: JournalEntry[];
}

/**
 * Plans how to undo changes: their net difference, newest first, so that no server is removed before its task services.
 * @param chosen the changes to undo
 * @param later all changes since the first of them that are still in effect
 * @param existing the resources that exist now
 * @param wanted the resources of the checkpoint, of a rollback to one
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
        'could report. Retry or resume the operation to find out, or restore a checkpoint, which asks the provider.';
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
      if (other.state === 'done' && other.seq > entry.seq && dependsOn(other, entry))
        plan.inTheWay.push({
          operationId: other.taskId,
          reason: `The operation ${other.taskId} has ${actionOf(other)} the ${other.kind} ${other.name} in ${other.infra} since. Undo that operation as well.`,
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

/** Says why the driver cannot reverse a change; null if it can, or if the whole resource is destroyed. */
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

/** Whether a later change depends on an entry: the same resource, or one that is installed on the server. */
function dependsOn(later: JournalEntry, entry: JournalEntry): boolean {
  if (later.infra !== entry.infra) return false;
  if (later.kind === entry.kind && later.name === entry.name) return true;
  if (entry.kind !== 'server') return false;
  const { kind, name, after, before } = later;
  return serversOf({ kind, name, body: after ?? before }).includes(entry.name);
}

function unique(obstacles: readonly Obstacle[]): Obstacle[] {
  return [...new Map(obstacles.map((obstacle) => [obstacle.reason, obstacle])).values()];
}
