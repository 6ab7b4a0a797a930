import type { Pool } from 'pg';
import type { JournalRecord } from '../../domain/worker/ledger.js';
import { jsonOf } from '../storable.js';

/** What an attempt has to tell the journal. */
export interface Recording {
  workerId: string;
  taskId: string;
  attempt: number;
  entries: readonly JournalRecord[];
}

/** Whether the attempt is its worker's, and so was written down. */
type Settled = PromiseSettledResult<boolean>;

/** Writes what several attempts have to tell in one transaction; each has its own outcome. */
export function recordTogether(
  pool: Pick<Pool, 'query'>,
): (recordings: readonly Recording[]) => Promise<Settled[]> {
  const record = async (recordings: readonly Recording[]): Promise<boolean[]> => {
    const { rows } = await pool.query<{ theirs: boolean[] }>({
      name: 'record_changes',
      text: 'select record_changes_together($1::uuid[], $2::uuid[], $3::int[], $4::jsonb[]) as theirs',
      values: [
        recordings.map(({ workerId }) => workerId),
        recordings.map(({ taskId }) => taskId),
        recordings.map(({ attempt }) => attempt),
        recordings.map(({ entries }) => jsonOf(entries)),
      ],
    });
    return rows[0]!.theirs;
  };
  return async (recordings) => {
    try {
      return (await record(recordings)).map((value) => ({ status: 'fulfilled', value }));
    } catch (error) {
      if (recordings.length === 1) throw error;
      // One of them may be at fault: each by itself, the others are written.
      return Promise.allSettled(recordings.map((each) => record([each]).then(([value]) => value!)));
    }
  };
}
