import type { Knex } from 'knex';
import type { MarkStore, SignedMark } from '../../domain/access/mark-store.js';

/** Stores the signed mark of all processes in one row. */
export class PostgresMarkStore implements MarkStore {
  constructor(private readonly database: Knex) {}

  async read(): Promise<SignedMark | undefined> {
    return this.database<SignedMark>('access_marks').first('text', 'kid', 'signature');
  }

  async change(act: (known: SignedMark | undefined) => SignedMark | undefined): Promise<void> {
    await this.database.transaction(async (transaction) => {
      await transaction.raw(`select pg_advisory_xact_lock(hashtextextended('access_marks', 0))`);
      const changed = act(await transaction<SignedMark>('access_marks').first('text', 'kid', 'signature'));
      if (changed) await transaction('access_marks').insert(changed).onConflict('only_row').merge();
    });
  }
}
