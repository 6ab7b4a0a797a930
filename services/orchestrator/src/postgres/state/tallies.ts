import { rowsOf } from '@provisioning/runtime';
import type { Knex } from 'knex';

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

/** The statuses whose work is counted in `tallies`. Work that has not ended is few. */
const TALLIED: Readonly<Record<string, 'completed' | 'failed' | 'cancelled' | 'rolledBack'>> = {
  Completed: 'completed',
  Failed: 'failed',
  Cancelled: 'cancelled',
  RolledBack: 'rolledBack',
};

/** Whether `tallies` count the work in these statuses; undefined stands for all work. */
export function areTallied(statuses: readonly string[] | undefined): boolean {
  return statuses === undefined || statuses.every((status) => status in TALLIED);
}

/** @param statuses only those for which {@link areTallied} */
export function countIn(tally: Tally, statuses: readonly string[] | undefined): number {
  if (!statuses) return tally.submitted;
  return [...new Set(statuses)].reduce((sum, status) => sum + tally[TALLIED[status]!], 0);
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
