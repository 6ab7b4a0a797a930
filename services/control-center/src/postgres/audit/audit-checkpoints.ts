import { newestFirst, countOf } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { ChainEnd } from '../../domain/audit/chain.js';
import type { AuditCheckpoints, CheckpointWrites, SignedCheckpoint } from '../../domain/audit/checkpoint.js';
import type { Page } from '../../domain/page.js';

interface CheckpointRow {
  seq: string;
  hash: string;
  at: string;
  key_id: string;
  signature: string;
}

interface EndRow {
  seq: string;
  hash: string;
}

/** The signed checkpoints in Postgres. */
export class PostgresAuditCheckpoints implements AuditCheckpoints {
  constructor(private readonly database: Knex) {}

  async list(page: Page<number>) {
    const [rows, total] = await Promise.all([
      newestFirst(this.database<CheckpointRow>('audit_heads'), 'seq', page),
      countOf(this.database('audit_heads')),
    ]);
    return { checkpoints: rows.map(toCheckpoint), total };
  }

  async all(): Promise<SignedCheckpoint[]> {
    return (await this.database<CheckpointRow>('audit_heads').orderBy('seq')).map(toCheckpoint);
  }

  exclusively<T>(act: (checkpoints: CheckpointWrites) => Promise<T>): Promise<T> {
    return this.database.transaction(async (transaction) => {
      await transaction.raw(`select pg_advisory_xact_lock(hashtext('control_center.audit_heads'))`);
      return act(new PostgresCheckpointWrites(transaction));
    });
  }
}

class PostgresCheckpointWrites implements CheckpointWrites {
  constructor(private readonly transaction: Knex.Transaction) {}

  async newest(): Promise<SignedCheckpoint | undefined> {
    const row = await this.transaction<CheckpointRow>('audit_heads').orderBy('seq', 'desc').first();
    return row && toCheckpoint(row);
  }

  async chain(): Promise<{ end: ChainEnd; since: string } | undefined> {
    const log = () => this.transaction<EndRow & { at: string }>('audit_log');
    const end = await log().orderBy('seq', 'desc').first('seq', 'hash');
    const start = await log().orderBy('seq').first('at');
    return end && start && { end: toEnd(end), since: start.at };
  }

  async ends(seqs: readonly number[]): Promise<ChainEnd[]> {
    if (seqs.length === 0) return [];
    const rows = await this.transaction<EndRow>('audit_log')
      .select('seq', 'hash')
      .whereIn('seq', seqs.map(String))
      .orderBy('seq');
    return rows.map(toEnd);
  }

  async insert(checkpoints: readonly SignedCheckpoint[]): Promise<void> {
    const rows = checkpoints.map(({ seq, hash, at, keyId, signature }) => ({
      seq: String(seq),
      hash,
      at,
      key_id: keyId,
      signature,
    }));
    await this.transaction<CheckpointRow>('audit_heads').insert(rows);
  }
}

function toEnd({ seq, hash }: EndRow): ChainEnd {
  return { seq: Number(seq), hash };
}

function toCheckpoint({ seq, hash, at, key_id: keyId, signature }: CheckpointRow): SignedCheckpoint {
  return { seq: Number(seq), hash, at, keyId, signature };
}
