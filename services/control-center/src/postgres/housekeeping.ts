import type { Logger } from '@provisioning/runtime';
import type { Knex } from 'knex';

const EVERY_MS = 60 * 60_000;
/** Sessions that are over stay readable for a while. */
const KEEP_SESSIONS_DAYS = 30;

/** Removes what nobody asks about any more, every hour; several processes may do it at once. @returns how to stop. */
export function startHousekeeping(database: Knex, log: Logger): () => void {
  const timer = setInterval(() => {
    removeOld(database, new Date()).catch((error: unknown) => log.warn('housekeeping failed', { error }));
  }, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

export async function removeOld(database: Knex, now: Date): Promise<void> {
  const oldest = new Date(now.getTime() - KEEP_SESSIONS_DAYS * 24 * 60 * 60_000);
  await database('login_attempts').where('expires_at', '<', now).delete();
  await database('api_tokens').where('expires_at', '<', oldest).delete();
  await database('revocations').where('expires_at', '<', now).delete();
  await database('sessions').where('expires_at', '<', oldest).delete();
}
