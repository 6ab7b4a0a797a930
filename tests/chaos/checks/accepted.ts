import { refused, type Submission } from '../load/submission.js';
import type { StoredTask } from '../system/system.js';
import type { Violation } from './violation.js';

/** Compares the answers with what is stored. */
export function checkAccepted(submissions: readonly Submission[], tasks: readonly StoredTask[]): Violation[] {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const byMarker = new Map<string | null, StoredTask[]>();
  for (const task of tasks) byMarker.set(task.settings, [...(byMarker.get(task.settings) ?? []), task]);
  return submissions.flatMap((submission): Violation[] => {
    const { accepted, marker, answers } = submission;
    const stored = byMarker.get(marker) ?? [];
    const violations: Violation[] = [];
    if (accepted !== undefined && !byId.get(accepted)?.terminal)
      violations.push({
        promise: 'what was accepted ends',
        seen: `${accepted} was accepted and is ${byId.get(accepted)?.status ?? 'not there any more'}`,
        task: accepted,
      });
    if (stored.length > 1)
      violations.push({
        promise: 'a key makes one task',
        seen: `${marker} is stored ${stored.length} times (answers: ${answers.join(', ')})`,
      });
    if (submission.key !== undefined && accepted === undefined)
      violations.push({
        promise: 'a key gets an answer',
        seen: `${marker} was sent ${answers.length} times and never accepted (answers: ${answers.join(', ')})`,
      });
    if (refused(submission) && stored.length > 0)
      violations.push({
        promise: 'what was refused is not done',
        seen: `${marker} was answered ${answers.join(', ')} and is stored`,
      });
    // Answered with an error, and stored nevertheless: then it must be done like any other.
    for (const { id, terminal, status } of stored.filter(({ id }) => id !== accepted))
      if (!terminal)
        violations.push({
          promise: 'what was accepted ends',
          seen: `${id} was answered ${answers.join(', ')}, is stored all the same, and is ${status}`,
          task: id,
        });
    return violations;
  });
}
