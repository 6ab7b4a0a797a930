import type { Knex } from 'knex';

/** How many audit records each user has left of each action, by segments of the trail: totals of filters are sums of these. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table audit_segments (
      -- The numbers behind the first, up to and with the second.
      after_seq bigint not null,
      upto      bigint primary key,
      first_at  text collate "C" not null,
      last_at   text collate "C" not null
    );
    create table audit_counts (
      upto    bigint not null references audit_segments on delete cascade,
      user_id text,
      action  text not null,
      n       int not null
    );
    create index audit_counts_of_segment on audit_counts (upto);
    create index audit_counts_of_user on audit_counts (user_id);
    create index audit_counts_of_action on audit_counts (action);
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations only go forward.');
}
