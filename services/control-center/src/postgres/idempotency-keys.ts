import { createHash, createHmac } from 'node:crypto';
import { Failure } from '@provisioning/errors';
import type { Knex } from 'knex';
import type { IdempotencyKey, IdempotencyKeys } from '../domain/idempotency.js';

/** Within a transaction: a concurrent request with the same key waits for its end and gets its answer. */
export class PostgresIdempotencyKeys implements IdempotencyKeys {
  constructor(private readonly transaction: Knex) {}

  async once<Answer>(
    key: IdempotencyKey | undefined,
    make: () => Promise<Answer>,
  ): Promise<{ answer: Answer; replayed: boolean }> {
    if (!key) return { answer: await make(), replayed: false };
    const { principal, request_hash, key: digest } = storable(key);
    const row = { principal, key: digest };
    const keys = () => this.transaction('idempotency_keys').where(row);
    await keys().whereRaw(`created_at < now() - interval '24 hours'`).delete();
    const taken = await this.transaction('idempotency_keys')
      .insert({ ...row, request_hash })
      .onConflict()
      .ignore()
      .returning('key');
    if (taken.length > 0) {
      const answer = await make();
      await keys().update({ answer: JSON.stringify(answer) });
      return { answer, replayed: false };
    }
    // Safe cast: this store wrote both columns.
    const first = (await keys().first('request_hash', 'answer')) as
      { request_hash: string; answer: Answer } | undefined;
    if (first?.request_hash !== request_hash) throw reused();
    return { answer: first.answer, replayed: true };
  }
}

/**
 * Requests may contain passwords, and a plain digest of one can be guessed. So the caller's key is the key of the
 * digest, and is not stored itself.
 */
function storable({ principal, key, requestHash }: IdempotencyKey) {
  return {
    principal,
    key: createHash('sha256').update(key).digest('hex'),
    request_hash: createHmac('sha256', key).update(requestHash).digest('hex'),
  };
}

function reused(): Failure {
  return new Failure(
    'conflict',
    'Idempotency-Key was used with another request in the last 24 hours. Use a new key.',
    { code: 'idempotency_key_reused' },
  );
}
