import type { Knex } from 'knex';

/**
 * How many tasks and journal entries lie between some of them: a list's total and the place of a page far down are sums
 * over these, not walks over everything before it. `close_ranges` fills them in the background; what they do not reach yet
 * is counted row by row.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table task_ranges (
      -- Behind the end of the range before it, up to and with this one.
      last_id   uuid primary key,
      after_id  uuid not null,
      n         int not null,
      -- Null until everything in it has ended.
      completed int,
      failed    int,
      cancelled int
    );
    create index task_ranges_open on task_ranges (last_id) where completed is null;

    create table journal_ranges (
      last_seq  bigint not null,
      infra     text not null,
      kind      text not null,
      n         int not null,
      primary key (last_seq, infra, kind)
    );
    create index journal_ranges_of_infra on journal_ranges (infra, last_seq);
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
