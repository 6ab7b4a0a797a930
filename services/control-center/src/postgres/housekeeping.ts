import type { Knex } from 'knex';

const KEEP_IDEMPOTENCY_KEYS_DAYS = 1;
const DAY_MS = 24 * 60 * 60_000;
/** Rows that one statement deletes, at most. */
const STEP_ROWS = 1_000;
/** Statements for one table in one run, at most. */
const STEPS = 100;

/** How long rows are kept, in days. */
export interface RetentionPeriods {
  /** Of sessions and API tokens, after they have expired. */
  sessionDays: number;
  decisionDays: number;
}

/**
 * Deletes rows that are no longer needed, in short statements that wait for no lock. Several processes may call it at once.
 * @returns whether more rows are left than one run deletes
 */
export async function removeOld(
  database: Knex,
  now: Date,
  { sessionDays, decisionDays }: RetentionPeriods,
  bounds = { stepRows: STEP_ROWS, steps: STEPS },
): Promise<boolean> {
  const daysAgo = (days: number) => new Date(now.getTime() - days * DAY_MS);
  let isMore = false;
  for (const [table, column, before] of [
    ['login_attempts', 'expires_at', now],
    ['api_tokens', 'expires_at', daysAgo(sessionDays)],
    ['revocations', 'expires_at', now],
    ['sessions', 'expires_at', daysAgo(sessionDays)],
    ['decisions', 'at', daysAgo(decisionDays)],
    ['idempotency_keys', 'created_at', daysAgo(KEEP_IDEMPOTENCY_KEYS_DAYS)],
  ] as const) {
    let deleted = bounds.stepRows;
    for (let step = 0; step < bounds.steps && deleted === bounds.stepRows; step += 1) {
      // Safe cast: the driver of Postgres counts the rows of a delete.
      const { rowCount } = (await database.raw(
        `delete from ?? where ctid = any (array(
           select ctid from ?? where ?? < ? order by ?? limit ? for update skip locked))`,
        [table, table, column, before, column, bounds.stepRows],
      )) as { rowCount: number };
      deleted = rowCount;
    }
    isMore ||= deleted === bounds.stepRows;
  }
  return isMore;
}
