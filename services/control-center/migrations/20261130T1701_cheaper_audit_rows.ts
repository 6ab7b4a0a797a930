import type { Knex } from 'knex';

/**
 * Constraints that cost more than they protect, half of what Postgres spent on a record. The process that appends makes times
 * and hashes (domain/audit/chain.ts), and every verification computes the hashes again. The lock under which records are
 * appended and the primary key make the chain: `prev_hash` needs no unique index beside them.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    set local lock_timeout = '5s';
    alter table audit_log
      drop constraint audit_log_prev_hash_key,
      drop constraint audit_log_at_check,
      drop constraint audit_log_prev_hash_check,
      drop constraint audit_log_hash_check,
      -- Not validated here, which would scan the table under this lock: the next migration does it.
      add constraint audit_log_lengths check (
        octet_length(at) = 24 and octet_length(prev_hash) = 64 and octet_length(hash) = 64) not valid;
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations only go forward.');
}
