import { messageOf } from '@provisioning/errors';
import type { Outcome, TaskResult } from '../domain/worker/ledger.js';
import { isRefused } from './postgres-answer.js';

/** The maximum length of a result's error message, in characters. */
export const MAX_ERROR_LENGTH = 2_000;

/** What a refused result is reported without, one part after the other until it is accepted. */
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
 * Reports a result. One that cannot be stored as it is is reported with less of it, because its task must end.
 * @returns how it was accepted, and what was reported in the end
 */
export async function reportResult(
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
      const reason = messageOf(error);
      refused(reason);
      result = { ...result, ...less(result, reason) };
    }
  }
}
