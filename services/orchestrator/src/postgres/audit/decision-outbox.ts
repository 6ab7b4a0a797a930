import type { LoggedDecision } from '@provisioning/contracts';
import type { Knex } from 'knex';
import { rowsOf } from '../rows.js';

/** Decisions that the control center has not been told of yet. */
export class PostgresDecisionOutbox {
  constructor(private readonly database: Knex) {}

  async add(decisions: readonly LoggedDecision[]): Promise<void> {
    await this.database.raw(
      'insert into decision_outbox (decision) select * from jsonb_array_elements(?::jsonb)',
      [JSON.stringify(decisions)],
    );
  }

  /**
   * Hands the oldest to `send`, and forgets them when that has succeeded: each arrives at least once, and is known by its
   * id. Of several processes one does it at a time. @returns how many were sent
   */
  async forward(limit: number, send: (decisions: LoggedDecision[]) => Promise<unknown>): Promise<number> {
    return this.database.transaction(async (transaction) => {
      const rows = await rowsOf<{ seq: string; decision: LoggedDecision }>(
        transaction,
        'select seq, decision from decision_outbox order by seq limit ? for update skip locked',
        [limit],
      );
      if (rows.length === 0) return 0;
      await send(rows.map(({ decision }) => decision));
      await transaction.raw('delete from decision_outbox where seq = any (?::bigint[])', [
        rows.map(({ seq }) => seq),
      ]);
      return rows.length;
    });
  }
}
