import { Failure } from '@provisioning/errors';
import { isPostgresAway, postgresAway, within, withOwnPatience, rowsOf } from '@provisioning/runtime';
import type { Knex } from 'knex';

/** For how many milliseconds a result is cached: the database writes at most once in this time. */
const KEPT_MS = 5_000;
const LIMIT_MS = 2_000;

/** Checks with a small write that the database accepts writes. With a full disk, reads still succeed. */
export class StorageProbe {
  #last: Promise<void> | undefined;
  #until = 0;

  constructor(private readonly database: Knex) {}

  /** @throws Failure `unavailable` that says why nothing can be stored */
  check(): Promise<void> {
    if (!this.#last || Date.now() >= this.#until) {
      this.#until = Date.now() + KEPT_MS;
      this.#last = withOwnPatience(() => this.#write());
      this.#last.catch(() => undefined);
    }
    return this.#last;
  }

  async #write(): Promise<void> {
    try {
      await within(LIMIT_MS, rowsOf(this.database, 'select probe_storage()'));
    } catch (error) {
      throw isPostgresAway(error)
        ? postgresAway(error)
        : new Failure('unavailable', 'The database does not accept writes.', { cause: error });
    }
  }
}
