import type { Knex } from 'knex';

/**
 * The id of an event is the id of its audit record, and ids of the API are UUIDv7: the time first (RFC 9562, §5.7). The
 * version-4 UUID that an id is made from has the variant's bits already.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table events alter id set default encode(
      set_byte(
        overlay(uuid_send(gen_random_uuid())
                placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
        6, (get_byte(uuid_send(gen_random_uuid()), 0) & 15) | 112),
      'hex')::uuid;
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
