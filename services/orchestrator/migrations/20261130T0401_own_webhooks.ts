import type { Knex } from 'knex';

/**
 * The owner of a webhook: only they and admins change it. Those made before have none, so admins alone change them.
 * And why a webhook was disabled, where the platform did it.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table webhooks
      add owner_id        uuid,
      add owner_name      text,
      add disabled_reason text;
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
