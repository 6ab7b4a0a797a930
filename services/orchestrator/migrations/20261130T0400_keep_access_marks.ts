import type { Knex } from 'knex';

/**
 * The newest policies and revocations that any process has heard of. One row, for all processes; `text` is JSON,
 * `{"policy_revision": n, "revocation_head": n}`, signed so that a lower mark cannot be written without the secret.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table access_marks (
      only_row  boolean primary key default true check (only_row),
      text      text not null,
      kid       text not null,
      signature text not null
    );
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
