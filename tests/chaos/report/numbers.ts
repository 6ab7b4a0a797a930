import { runsByTask } from '../checks/runs.js';
import type { Violation } from '../checks/violation.js';
import type { Submission } from '../load/submission.js';
import type { StruckFault } from '../storm/storm.js';
import type { StoredTask } from '../system/system.js';
import type { WitnessLine } from '../witness/witness.js';

/** What a storm left behind. */
export interface Findings {
  name: string;
  stormSeconds: number;
  faults: readonly StruckFault[];
  submissions: readonly Submission[];
  batches: number | 'not offered';
  cancels: number;
  tasks: readonly StoredTask[];
  lines: readonly WitnessLine[];
  /** From the end of the storm until all had ended and nothing was left; undefined where that never happened. */
  healedAfter: number | undefined;
  unasked: readonly string[];
  violations: readonly Violation[];
}

/** The rows of the table of a storm, in order. */
export function numbersOf(findings: Findings): Map<string, string> {
  const { faults, submissions, tasks, lines, violations, unasked, healedAfter } = findings;
  const accepted = submissions.filter((submission) => submission.accepted !== undefined);
  const ids = new Set(accepted.map((submission) => submission.accepted));
  const answered = submissions.flatMap(({ answers }) => answers);
  const runs = [...runsByTask(lines).values()];
  const count = (promise: Violation['promise']) =>
    violations.filter((violation) => violation.promise === promise).length;
  const hit = faults.filter(({ struck }) => struck);
  return new Map(
    Object.entries({
      'storm, seconds': Math.round(findings.stormSeconds),
      faults: hit.length,
      ...counted(hit.map(({ kind }) => `  ${kind}`)),
      'workflows accepted': accepted.length,
      'batches accepted': findings.batches,
      'answers: errors (5xx)': answered.filter((status) => status >= 500).length,
      'answers: none': answered.filter((status) => status === 0).length,
      'answered with an error, stored and done': tasks.filter(({ id, settings, terminal }) => {
        return settings !== null && terminal && !ids.has(id);
      }).length,
      'cancels accepted': findings.cancels,
      ...counted(tasks.map(({ status }) => `tasks ${status}`)),
      'tasks that took more than one attempt': tasks.filter(({ attempt }) => attempt > 1).length,
      'ran to the end twice, one after the other': runs.filter(({ ends }) => ends.length > 1).length,
      'ran twice at once': count('nothing runs twice at once') + count('one infra, one command'),
      'accepted and never ended': count('what was accepted ends'),
      'other broken promises':
        violations.length -
        count('nothing runs twice at once') -
        count('one infra, one command') -
        count('what was accepted ends'),
      'longest recovery of a lost command, seconds': slowestRecovery(faults, lines).seconds.toFixed(1),
      'all ended after the storm, seconds': healedAfter === undefined ? 'never' : healedAfter.toFixed(1),
      'processes that ended unexpectedly': unasked.length,
    }).map(([row, value]) => [row, String(value)]),
  );
}

/** The frequency of each, in alphabetical order. */
function counted(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names.toSorted()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/**
 * For each attempt that was lost, the time from the first fault after its start to the start of the next attempt. Which
 * fault it was is unknown, so this is too long rather than too short.
 */
export function slowestRecovery(
  faults: readonly StruckFault[],
  lines: readonly WitnessLine[],
): { seconds: number; task: string | undefined } {
  let slowest: ReturnType<typeof slowestRecovery> = { seconds: 0, task: undefined };
  for (const [task, { starts, ends }] of runsByTask(lines)) {
    starts.forEach((start, index) => {
      const next = starts[index + 1];
      if (!next || ends.some(({ attempt }) => attempt === start.attempt)) return;
      const fault = faults.find(({ struck, at }) => struck && at >= start.at && at <= next.at);
      const seconds = fault ? next.at - fault.at : 0;
      if (seconds > slowest.seconds) slowest = { seconds, task };
    });
  }
  return slowest;
}
