import { newestFirst } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { ChainEnd } from '../domain/audit/chain.js';
import type { AuditHeads, HeadWrites, SignedHead } from '../domain/audit/head.js';
import type { Page } from '../domain/ports.js';

interface HeadRow {
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

export class PostgresAuditHeads implements AuditHeads {
  constructor(private readonly database: Knex) {}

  async list(page: Page<number>) {
    const [rows, counted] = await Promise.all([
      newestFirst(this.database<HeadRow>('audit_heads'), 'seq', page),
      this.database('audit_heads').count({ total: '*' }),
    ]);
    return { heads: rows.map(toHead), total: Number(counted[0]?.['total'] ?? 0) };
  }

  async all(): Promise<SignedHead[]> {
    return (await this.database<HeadRow>('audit_heads').orderBy('seq')).map(toHead);
  }

  alone<T>(act: (heads: HeadWrites) => Promise<T>): Promise<T> {
    return this.database.transaction(async (transaction) => {
      await transaction.raw(`select pg_advisory_xact_lock(hashtext('control_center.audit_heads'))`);
      return act(new PostgresHeadWrites(transaction));
    });
  }
}

class PostgresHeadWrites implements HeadWrites {
  constructor(private readonly transaction: Knex.Transaction) {}

  async newest(): Promise<SignedHead | undefined> {
    const row = await this.transaction<HeadRow>('audit_heads').orderBy('seq', 'desc').first();
    return row && toHead(row);
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

  async insert(heads: readonly SignedHead[]): Promise<void> {
    const rows = heads.map(({ seq, hash, at, keyId, signature }) => ({
      seq: String(seq),
      hash,
      at,
      key_id: keyId,
      signature,
    }));
    await this.transaction<HeadRow>('audit_heads').insert(rows);
  }
}

function toEnd({ seq, hash }: EndRow): ChainEnd {
  return { seq: Number(seq), hash };
}

function toHead({ seq, hash, at, key_id: keyId, signature }: HeadRow): SignedHead {
  return { seq: Number(seq), hash, at, keyId, signature };
}
