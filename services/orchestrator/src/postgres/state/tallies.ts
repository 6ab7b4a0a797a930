import type { Knex } from 'knex';
import { rowsOf } from '../rows.js';

/** Numbers of tasks or batches, from the counts in `tallies`. */
export interface Tally {
  submitted: number;
  completed: number;
  failed: number;
  cancelled: number;
  rolledBack: number;
  /** Sum of the durations of completed work, in seconds. */
  seconds: number;
}

/** Reads the counts of some kinds of work. */
export async function readTally(
  database: Knex,
  kinds: readonly ('workflow' | 'operation' | 'rollback' | 'survey' | 'batch' | 'rollback_batch')[],
): Promise<Tally> {
  const rows = await rowsOf<{ status: string; n: string; seconds: number }>(
    database,
    'select status, sum(n) as n, sum(seconds) as seconds from tallies where kind = any (?) group by status',
    [[...kinds]],
  );
  const count = (status: string) => Number(rows.find((row) => row.status === status)?.n ?? 0);
  return {
    submitted: count('Submitted'),
    completed: count('Completed'),
    failed: count('Failed'),
    cancelled: count('Cancelled'),
    rolledBack: count('RolledBack'),
    seconds: rows.find(({ status }) => status === 'Completed')?.seconds ?? 0,
  };
}
