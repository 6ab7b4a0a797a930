import type { StoredTask } from '../system/system.js';
import type { WitnessLine } from '../witness/witness.js';
import type { Violation } from './violation.js';

/** The lines of a task in the witness file, in the order in which they were written. */
export interface Runs {
  starts: WitnessLine[];
  ends: WitnessLine[];
}

export function runsByTask(lines: readonly WitnessLine[]): Map<string, Runs> {
  const runs = new Map<string, Runs>();
  for (const line of lines) {
    const of = runs.get(line.task) ?? { starts: [], ends: [] };
    runs.set(line.task, of);
    if (line.what === 'start') of.starts.push(line);
    if (line.what === 'end') of.ends.push(line);
  }
  return runs;
}

/** Two attempts of a task at once, two tasks of an infra at once, an attempt that began twice. */
export function checkOverlaps(lines: readonly WitnessLine[]): Violation[] {
  const violations: Violation[] = [];
  const begun = new Set<string>();
  for (const { what, task, attempt, at } of lines) {
    const when = `at ${at} s, attempt ${attempt} of ${task}`;
    if (what === 'task-held')
      violations.push({
        promise: 'nothing runs twice at once',
        seen: `${when} began while another still ran`,
        task,
      });
    if (what === 'infra-held')
      violations.push({
        promise: 'one infra, one command',
        seen: `${when} began while another task of its infra still ran`,
        task,
      });
    if (what !== 'start') continue;
    if (begun.has(`${task} ${attempt}`))
      violations.push({ promise: 'nothing runs twice at once', seen: `${when} began a second time`, task });
    begun.add(`${task} ${attempt}`);
  }
  return violations;
}

/** Compares the stored end of each task with what really ran. Commands never fail on their own here. */
export function checkEnds(tasks: readonly StoredTask[], runs: ReadonlyMap<string, Runs>): Violation[] {
  return tasks.flatMap(({ id, status, error }): Violation[] => {
    const { starts = [], ends = [] } = runs.get(id) ?? {};
    const whole = ends.some((end) =>
      starts.some(({ attempt, pid }) => attempt === end.attempt && pid === end.pid),
    );
    if (status === 'Completed' && !whole)
      return [
        {
          promise: 'completed means that it ran',
          seen: `${id} is Completed, and no run of it ended`,
          task: id,
        },
      ];
    if (status === 'Failed' && !/^Given up after/.test(error ?? ''))
      return [
        {
          promise: 'only a lost worker costs a task its success',
          seen: `${id} is Failed: ${error ?? 'without a reason'}`,
          task: id,
        },
      ];
    return [];
  });
}
