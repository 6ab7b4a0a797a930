import { Failure } from '@provisioning/errors';
import { checkMinimum, NotReady, type Logger } from '@provisioning/runtime';
import type { Knex } from 'knex';
import { SCHEMA, SCHEMA_SOURCES } from './resources.js';

/**
 * Ends this process as a SIGTERM does when the schema needs a newer version of the program: running tasks are finished
 * and no further ones are claimed.
 */
export class VersionWatch {
  #ending = false;

  constructor(
    private readonly database: Knex,
    private readonly log: Pick<Logger, 'error'>,
  ) {}

  /** @throws Failure `unavailable` (code `version_too_old`) if the schema needs a newer version at the start */
  async refuseIfTooOld(): Promise<void> {
    // While Postgres is away the version is unknown, and no work is claimed either.
    const tooOld = await this.#whyTooOld().catch(() => undefined);
    if (tooOld !== undefined) throw new Failure('unavailable', tooOld, { code: 'version_too_old' });
  }

  /**
   * Sends this process a SIGTERM if the schema needs a newer version.
   * @param drain called before that; nothing is claimed once it has resolved
   * @throws the error of Postgres
   */
  async check(drain: () => Promise<void>): Promise<void> {
    if (this.#ending) return;
    const tooOld = await this.#whyTooOld();
    if (tooOld === undefined) return;
    this.#ending = true;
    await drain();
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
