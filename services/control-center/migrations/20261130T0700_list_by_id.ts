import type { Knex } from 'knex';

/**
 * Users and policies are listed by their ids, which are in the order of their creation (UUIDv7), so that a page can begin
 * after an id whose row is gone. No query is in the order of `created_at` any more.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('drop index users_by_age; drop index policies_by_age');
}

export async function down(): Promise<void> {
  throw new Error('Migrations only go forward.');
}
