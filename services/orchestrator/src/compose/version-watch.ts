import { Failure } from '@provisioning/errors';
import { checkMinimum, NotReady, type Logger } from '@provisioning/runtime';
import type { Knex } from 'knex';
import { SCHEMA, SCHEMA_SOURCES } from './resources.js';

/**
 * Ends this process, as a SIGTERM does, once the schema needs a newer version of the program: tasks that run are finished
 * and no more are claimed.
 */
export class VersionWatch {
  #ending = false;

  constructor(
    private readonly database: Knex,
    private readonly log: Pick<Logger, 'error'>,
  ) {}

  /** @throws Failure `unavailable` (code `version_too_old`) where the schema needs a newer version at the start */
  async refuseIfTooOld(): Promise<void> {
    // Where Postgres is away the version is not known, and no work is claimed either.
    const tooOld = await this.#whyTooOld().catch(() => undefined);
    if (tooOld !== undefined) throw new Failure('unavailable', tooOld, { code: 'version_too_old' });
  }

  /** Sends this process a SIGTERM where the schema needs a newer version. @throws what Postgres throws */
  async check(): Promise<void> {
    if (this.#ending) return;
    const tooOld = await this.#whyTooOld();
    if (tooOld === undefined) return;
    this.#ending = true;
    this.log.error(tooOld);
    process.kill(process.pid, 'SIGTERM');
  }

  async #whyTooOld(): Promise<string | undefined> {
    try {
      await checkMinimum(this.database, SCHEMA, SCHEMA_SOURCES.migrations);
      return undefined;
    } catch (error) {
      if (error instanceof NotReady) return error.message;
      throw error;
    }
  }
}
