import { rowsOf } from '@provisioning/runtime';
import { LONGEST_TOKEN_LIFE_SECONDS } from '@provisioning/auth-token';
import type { Knex } from 'knex';
import type { AuditActor } from '../domain/audit/audit-record.js';
import { RESTORED_ACTION } from '../domain/audit/gap.js';
import type { RestoreStore } from '../domain/restore/restore-service.js';
import { writeRevocations } from './accounts/revocation-log.js';
import { PostgresAuditTrail } from './audit/audit-trail.js';

/** Numbers that are skipped, so that none that was used before the restore is used for something else. */
const SKIPPED = 1_000_000;
/** More records than are written between two checkpoints. */
const SKIPPED_RECORDS = 100_000;
/** The subject of a revocation of all tokens. */
const EVERYBODY = '00000000-0000-0000-0000-000000000000';

/** Recognises a restored database, and ends access to it. */
export class PostgresRestoreStore implements RestoreStore {
  constructor(
    private readonly database: Knex,
    private readonly revoked: () => void = () => undefined,
  ) {}

  async isRestored(): Promise<boolean> {
    const present = await this.#systemIdentifier(this.database);
    const rows = await rowsOf<{ restored: boolean | null }>(
      this.database,
      'select restored or system_identifier <> :present as restored from database_identity',
      { present },
    );
    if (rows[0]) return rows[0].restored ?? false;
    await this.database.raw(
      'insert into database_identity (system_identifier) values (:present) on conflict (one_row) do nothing',
      { present },
    );
    return false;
  }

  /** Called by `migrate`: a process that serves acts on it, because it has the file of checkpoints. */
  async announce(): Promise<void> {
    await this.database.raw(
      `insert into database_identity (restored) values (true) on conflict (one_row) do update set restored = true`,
    );
  }

  async endAccess(
    reported: string | undefined,
    by: AuditActor,
    at: Date,
    newestCheckpoint: number,
  ): Promise<boolean> {
    const done = await this.database.transaction(async (transaction) => {
      const reason = (await this.#noteRestore(transaction)) ?? reported;
      if (reason === undefined) return false;
      const rows = await rowsOf<{ sessions: number; tokens: number }>(
        transaction,
        `with ended as (
           update sessions set ended_at = :at, ended_reason = 'restored' where ended_at is null returning 1
         ), removed as (delete from api_tokens returning 1),
         signed_out as (update users set tokens_revoked_at = greatest(:at, tokens_revoked_at) returning 1),
         revisions as (update policy_revision set revision = revision + :skipped where revision > 0 returning 1),
         heads as (update revocation_head set seq = seq + :skipped returning 1)
         select (select count(*)::int from ended) as sessions, (select count(*)::int from removed) as tokens`,
        { at, skipped: SKIPPED },
      );
      await writeRevocations(transaction, [
        {
          kind: 'all',
          subject: EVERYBODY,
          at,
          expiresAt: new Date(at.getTime() + LONGEST_TOKEN_LIFE_SECONDS * 1000),
        },
      ]);
      await new PostgresAuditTrail(transaction, () => at).appendAfterGap(newestCheckpoint, SKIPPED_RECORDS, {
        ...by,
        action: RESTORED_ACTION,
        resource: 'audit/logs',
        result: 'success',
        details: { reason, ended_sessions: rows[0]!.sessions, ended_tokens: rows[0]!.tokens },
      });
      return true;
    });
    if (done) this.revoked();
    return done;
  }

  /** Only one of several processes gets a reason. @returns why the database counts as restored; undefined if it does not */
  async #noteRestore(transaction: Knex.Transaction): Promise<string | undefined> {
    const rows = await rowsOf<{ restored: boolean }>(
      transaction,
      `with before as (select * from database_identity for update)
       update database_identity now set restored = false, system_identifier = coalesce(:present, now.system_identifier)
         from before where before.restored or before.system_identifier <> :present returning before.restored`,
      { present: await this.#systemIdentifier(transaction) },
    );
    if (!rows[0]) return undefined;
    return rows[0].restored
      ? 'The platform was started with PROVISIONING_RESTORED.'
      : 'The database is in another cluster than before: it was restored from a backup.';
  }

  /** Null where the role may not read it. */
  async #systemIdentifier(database: Knex): Promise<string | null> {
    const rows = await rowsOf<{ id: string | null }>(
      database,
      `select case when has_function_privilege('pg_control_system()', 'execute')
                   then (select system_identifier::text from pg_control_system()) end as id`,
    );
    return rows[0]!.id;
  }
}
