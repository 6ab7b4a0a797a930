import { rowsOf } from '@provisioning/runtime';
import type { LoggedDecision } from '@provisioning/contracts';
import type { Knex } from 'knex';

/** Stores decisions until the control center has received them. */
export class PostgresDecisionOutbox {
  constructor(private readonly database: Knex) {}

  /** Stores decisions. */
  async add(decisions: readonly LoggedDecision[]): Promise<void> {
    await this.database.raw(
      'insert into decision_outbox (decision) select * from jsonb_array_elements(?::jsonb)',
      [JSON.stringify(decisions)],
    );
  }

  /**
   * Sends the oldest decisions and deletes them afterwards, so each arrives at least once. Receivers recognise repeats by
   * the id. Rows that another process is sending are skipped. @returns how many were sent
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
