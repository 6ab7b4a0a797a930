import type { TaskResult } from '../../domain/worker/ledger.js';
import { jsonOf } from '../storable.js';

/** A result as the SQL function `work_round` reads it. Members that are absent are null there. */
interface ResultRow {
  task_id: string;
  attempt: number;
  result_id: string;
  status: TaskResult['status'];
  permanent: boolean;
  exit_code: number | null;
  signal: string | null;
  error: string | null;
  output: string;
  data: object;
  evidence: object;
  /** The last lines of output: the number of the first one, how many, their text, and when they were printed. */
  first_line?: number;
  line_count?: number;
  text?: string;
  printed_at?: string;
  total_steps?: number;
  done_steps?: number;
  current_step?: string | null;
  /** JournalRecord[] (domain/worker/ledger.ts). */
  changes?: readonly object[];
}

/** Returns the `p_results` of `work_round`. */
export function resultRows(results: readonly TaskResult[]): string {
  return jsonOf(results.map(rowOf));
}

function rowOf({ log, progress, changes, ...result }: TaskResult): ResultRow {
  return {
    task_id: result.taskId,
    attempt: result.attempt,
    result_id: result.resultId,
    status: result.status,
    permanent: result.permanent,
    exit_code: result.exitCode,
    signal: result.signal,
    error: result.error,
    output: result.output,
    data: result.data,
    evidence: result.evidence,
    ...(log && {
      first_line: log.firstLine,
      line_count: log.lines.length,
      text: log.lines.join('\n'),
      printed_at: log.at.toISOString(),
    }),
    ...(progress && {
      total_steps: progress.totalSteps,
      done_steps: progress.doneSteps,
      current_step: progress.currentStep,
    }),
    ...(changes.length > 0 && { changes }),
  };
}
