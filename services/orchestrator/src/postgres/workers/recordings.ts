import type { Pool } from 'pg';
import type { JournalRecord } from '../../domain/worker/ledger.js';
import { jsonOf } from '../storable.js';

/** Journal entries of an attempt. */
export interface Recording {
  workerId: string;
  taskId: string;
  attempt: number;
  entries: readonly JournalRecord[];
}

/** Whether the attempt is still its worker's: only then are entries written. */
type Settled = PromiseSettledResult<boolean>;

/** Returns a function that writes the entries of several attempts in one transaction, with an outcome for each. */
export function recordTogether(
  pool: Pick<Pool, 'query'>,
): (recordings: readonly Recording[]) => Promise<Settled[]> {
  const record = async (recordings: readonly Recording[]): Promise<boolean[]> => {
    const { rows } = await pool.query<{ accepted: boolean[] }>({
      name: 'record_changes',
      text: 'select record_changes_together($1::uuid[], $2::uuid[], $3::int[], $4::jsonb[]) as accepted',
      values: [
        recordings.map(({ workerId }) => workerId),
        recordings.map(({ taskId }) => taskId),
        recordings.map(({ attempt }) => attempt),
        recordings.map(({ entries }) => jsonOf(entries)),
      ],
    });
    return rows[0]!.accepted;
  };
  return async (recordings) => {
    try {
      return (await record(recordings)).map((value) => ({ status: 'fulfilled', value }));
    } catch (error) {
      if (recordings.length === 1) throw error;
      // One of them may be invalid: each is written on its own.
      return Promise.allSettled(recordings.map((each) => record([each]).then(([value]) => value!)));
    }
  };
}
