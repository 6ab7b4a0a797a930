import { Failure } from '@provisioning/errors';
import type { Knex } from 'knex';
import type { IdempotencyKey, IdempotencyKeys } from '../domain/ports.js';

/** Within a transaction: whoever sends the same key meanwhile waits for its end, and then gets its answer. */
export class PostgresIdempotencyKeys implements IdempotencyKeys {
  constructor(private readonly transaction: Knex) {}

  async once<Answer>(
    key: IdempotencyKey | undefined,
    make: () => Promise<Answer>,
  ): Promise<{ answer: Answer; replayed: boolean }> {
    if (!key) return { answer: await make(), replayed: false };
    const row = { principal: key.principal, key: key.key };
    const keys = () => this.transaction('idempotency_keys').where(row);
    await keys().whereRaw(`created_at < now() - interval '24 hours'`).delete();
    const taken = await this.transaction('idempotency_keys')
      .insert({ ...row, request_hash: key.requestHash })
      .onConflict()
      .ignore()
      .returning('key');
    if (taken.length > 0) {
      const answer = await make();
      await keys().update({ answer: JSON.stringify(answer) });
      return { answer, replayed: false };
    }
    const first = (await keys().first('request_hash', 'answer')) as
      { request_hash: string; answer: Answer } | undefined;
    if (first?.request_hash !== key.requestHash) throw reused();
    return { answer: first.answer, replayed: true };
  }
}

function reused(): Failure {
  return new Failure(
    'conflict',
    'This Idempotency-Key was used with another request in the last 24 hours. Take a new key.',
    { code: 'idempotency_key_reused' },
  );
}
