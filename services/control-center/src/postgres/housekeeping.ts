import type { Knex } from 'knex';

/** Ended sessions stay readable for a while. */
const KEEP_SESSIONS_DAYS = 30;
const KEEP_DECISIONS_DAYS = 30;
const KEEP_IDEMPOTENCY_KEYS_DAYS = 1;
const DAY_MS = 24 * 60 * 60_000;

/** Deletes the rows that are no longer needed. Several processes may call it at once. */
export async function removeOld(database: Knex, now: Date): Promise<void> {
  const daysAgo = (days: number) => new Date(now.getTime() - days * DAY_MS);
  await database('login_attempts').where('expires_at', '<', now).delete();
  await database('api_tokens').where('expires_at', '<', daysAgo(KEEP_SESSIONS_DAYS)).delete();
  await database('revocations').where('expires_at', '<', now).delete();
  await database('sessions').where('expires_at', '<', daysAgo(KEEP_SESSIONS_DAYS)).delete();
  await database('decisions').where('at', '<', daysAgo(KEEP_DECISIONS_DAYS)).delete();
  await database('idempotency_keys').where('created_at', '<', daysAgo(KEEP_IDEMPOTENCY_KEYS_DAYS)).delete();
}
