import { Failure } from '@provisioning/errors';
import { isPostgresAway, postgresAway, within, withOwnPatience } from '@provisioning/runtime';
import type { Knex } from 'knex';
import { rowsOf } from '../rows.js';

/** How long an answer holds, in milliseconds: however many ask, the database writes once in this time. */
const KEPT_MS = 5_000;
const LIMIT_MS = 2_000;

/** Finds out by a small write whether the database stores: one with a full disk answers every question that only reads. */
export class StorageProbe {
  #last: Promise<void> | undefined;
  #until = 0;

  constructor(private readonly database: Knex) {}

  /** @throws Failure `unavailable` in a sentence that says why nothing can be stored */
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
        : new Failure('unavailable', 'The database does not store what it is given.', { cause: error });
    }
  }
}
