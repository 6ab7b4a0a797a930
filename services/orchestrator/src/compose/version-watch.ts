import { Failure } from '@provisioning/errors';
import { checkMinimum, NotReady, type Logger } from '@provisioning/runtime';
import type { Knex } from 'knex';
import { SCHEMA, SCHEMA_SOURCES } from './resources.js';

const EVERY_MS = 5_000;

/**
 * Ends this process, as a SIGTERM does, once the schema needs a newer version of it: what runs is finished, and nothing more
 * is begun.
 * @returns what ends the watch
 * @throws Failure where that is so from the start
 */
export async function watchVersion(
  database: Knex,
  log: Pick<Logger, 'error' | 'debug'>,
): Promise<() => void> {
  const tooOld = await whyTooOld(database, log);
  if (tooOld !== undefined) throw new Failure('unavailable', tooOld, { code: 'version_too_old' });
  const timer = setInterval(() => {
    void whyTooOld(database, log).then((why) => {
      if (why === undefined) return;
      clearInterval(timer);
      log.error(why);
      process.kill(process.pid, 'SIGTERM');
    });
  }, EVERY_MS);
  return () => clearInterval(timer);
}

/** @returns undefined where it is not, or cannot be known: Postgres is away, so that no work is taken either */
async function whyTooOld(database: Knex, log: Pick<Logger, 'debug'>): Promise<string | undefined> {
  try {
    await checkMinimum(database, SCHEMA, SCHEMA_SOURCES.migrations);
    return undefined;
  } catch (error) {
    if (error instanceof NotReady) return error.message;
    log.debug('the version of the schema is not known', { error });
    return undefined;
  }
}
