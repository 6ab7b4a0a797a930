import type { BatchSeen } from '../load/batch-load.js';
import type { Submission } from '../load/submission.js';
import type { WitnessLine } from '../witness/witness.js';
import type { Violation } from './violation.js';

const TERMINAL = ['Completed', 'Failed', 'Cancelled', 'RolledBack'];

export function checkBatches(
  submissions: readonly Submission[],
  batches: readonly BatchSeen[],
  lines: readonly WitnessLine[],
): Violation[] {
  const seen = new Map(batches.map((batch) => [batch.batch_id, batch]));
  const lost = submissions.flatMap(({ accepted, marker }): Violation[] => {
    const status = accepted === undefined ? 'Completed' : seen.get(accepted)?.status;
    if (TERMINAL.includes(status ?? '')) return [];
    return [
      {
        promise: 'what was accepted ends',
        seen: `${marker} (${accepted}) is ${status ?? 'not shown any more'}`,
      },
    ];
  });
  return [...lost, ...batches.flatMap((batch) => checkOrder(batch, lines))];
}

/**
 * Replays the witness file: nothing starts before its dependencies have ended, and never more run at once than allowed.
 * A killed attempt leaves no line: it counts as ended at once, which can hide a violation but never report a false one.
 */
function checkOrder(batch: BatchSeen, lines: readonly WitnessLine[]): Violation[] {
  const taskOf = new Map(batch.operations.map(({ id, task_id }) => [id, task_id]));
  const dependencies = new Map(
    batch.operations.map(({ task_id, dependencies: needed }) => [
      task_id,
      needed.map((dependency) => taskOf.get(dependency)),
    ]),
  );
  const ended = new Set<string>();
  const running = new Set<string>();
  const completes = new Set(
    lines.filter(({ what }) => what === 'end').map(({ task, attempt }) => `${task} ${attempt}`),
  );
  const violations: Violation[] = [];
  for (const { what, task, attempt } of lines) {
    if (!dependencies.has(task)) continue;
    if (what === 'end') {
      ended.add(task);
      running.delete(task);
    }
    if (what !== 'start') continue;
    const missing = dependencies.get(task)?.filter((other) => other === undefined || !ended.has(other)) ?? [];
    if (missing.length > 0)
      violations.push({
        promise: 'dependencies first',
        seen: `attempt ${attempt} of ${task} in batch ${batch.batch_id} began before ${missing.join(', ')} had ended`,
        task,
      });
    if (completes.has(`${task} ${attempt}`)) running.add(task);
    if (running.size > batch.parallel_limit)
      violations.push({
        promise: 'the limit of a batch',
        seen: `${running.size} operations of batch ${batch.batch_id} ran at once, ${batch.parallel_limit} may`,
        task,
      });
  }
  return violations;
}
