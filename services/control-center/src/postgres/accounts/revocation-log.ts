import { rowsOf } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { RevocationLog } from '../../domain/revocation/revocation-log.js';
import type { NewRevocation, Revocation, RevocationKind } from '../../domain/revocation/revocation.js';

interface RevocationRow {
  /** A bigint comes as text. */
  seq: string;
  kind: RevocationKind;
  subject: string;
  at: Date;
  expires_at: Date;
}

/** Clocks differ, and tokens are accepted for some seconds after they expire. */
const MARGIN_MS = 60_000;

/** The revocations in Postgres. */
export class PostgresRevocationLog implements RevocationLog {
  constructor(private readonly database: Knex) {}

  async head(): Promise<number> {
    const row = await this.database<{ seq: string }>('revocation_head').first('seq');
    return Number(row?.seq ?? 0);
  }

  /** The number of the newest is read first: revocations committed in between are beyond it. */
  async after(seq: number, most: number, now: Date): Promise<{ revocations: Revocation[]; head: number }> {
    const head = await this.head();
    if (head <= seq) return { revocations: [], head };
    const rows = await this.database<RevocationRow>('revocations')
      .select('seq', 'kind', 'subject', 'at', 'expires_at')
      .where('seq', '>', seq)
      .where('seq', '<=', head)
      .where('expires_at', '>', now)
      .orderBy('seq')
      .limit(most);
    return { revocations: rows.map(toRevocation), head };
  }
}

/**
 * Writes revocations within a transaction, after everything but the audit trail: until it ends, no other transaction
 * can write any.
 */
export async function writeRevocations(
  transaction: Knex,
  revocations: readonly NewRevocation[],
): Promise<void> {
  if (revocations.length === 0) return;
  const rows = await rowsOf<{ seq: string }>(
    transaction,
    'update revocation_head set seq = seq + ? returning seq',
    [revocations.length],
  );
  const before = Number(rows[0]?.seq) - revocations.length;
  await transaction('revocations').insert(
    revocations.map(({ kind, subject, at, expiresAt }, index) => ({
      seq: before + index + 1,
      kind,
      subject,
      at,
      expires_at: new Date(expiresAt.getTime() + MARGIN_MS),
    })),
  );
}

function toRevocation({ seq, kind, subject, at, expires_at }: RevocationRow): Revocation {
  return { seq: Number(seq), kind, subject, at, expiresAt: expires_at };
}
