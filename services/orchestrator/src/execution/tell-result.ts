import type { Outcome, TaskResult } from '../domain/worker/ledger.js';
import { isRefused } from './postgres-answer.js';

export const MAX_ERROR_LENGTH = 2_000;

/** What a refused result is told without: one after the other, as far as it takes. */
const LESS: readonly ((result: TaskResult, reason: string) => Partial<TaskResult>)[] = [
  ({ status, evidence }, reason) => ({
    status: status === 'Completed' ? 'Failed' : status,
    permanent: true,
    error: `What it reported cannot be stored: ${reason}`.slice(0, MAX_ERROR_LENGTH),
    data: {},
    evidence: { ...evidence, refused: reason },
  }),
  () => ({ log: undefined, progress: undefined, output: '' }),
  () => ({ changes: [] }),
];

/**
 * A result that cannot be stored as it is is told with less of it: its task must come to an end.
 * @returns how it was taken, and what was told at last
 */
export async function tellResult(
  finish: (result: TaskResult) => Promise<Outcome>,
  whole: TaskResult,
  refused: (reason: string) => void,
): Promise<[Outcome, TaskResult]> {
  for (let [result, ...lesser] = [whole, ...LESS]; ;) {
    try {
      return [await finish(result), result];
    } catch (error) {
      const less = lesser.shift();
      if (!isRefused(error) || !less) throw error;
      const reason = (error as Error).message;
      refused(reason);
      result = { ...result, ...less(result, reason) };
    }
  }
}
