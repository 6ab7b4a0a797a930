import type { Knex } from 'knex';

/**
 * Webhooks made before owners were kept belong to the user who made them, where the history still says who that was. The rest
 * act for the platform, and only admins change them.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    update webhooks w set owner_id = (e.actor ->> 'user_id')::uuid, owner_name = e.actor ->> 'username'
      from events e
     where w.owner_id is null and w.source = 'api' and e.type = 'told' and e.details ->> 'action' = 'webhook.create'
       and e.details ->> 'resource' = 'webhooks/' || w.id and e.actor ->> 'user_id' is not null;
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
