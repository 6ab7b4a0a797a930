import type { Knex } from 'knex';

/** What is needed to recognise a database that was restored from a backup, and to hold the work that it contains. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- The database cluster that this schema was last used in (functions/62_holds.sql).
    create table database_identity (
      one_row           boolean primary key default true check (one_row),
      system_identifier text not null,
      timeline          int not null,
      noted_at          timestamptz not null default now()
    );

    -- Each restore that was noticed. While one has no end, work is held and changes are refused, except on infras that
    -- were released.
    create table restore_holds (
      id       uuid primary key,
      reason   text not null,
      since    timestamptz not null default now(),
      released text[] not null default '{}',
      ended_at timestamptz
    );
    create unique index restore_holds_open on restore_holds ((true)) where ended_at is null;

    -- Why no worker may claim the task until a user releases it; null: it is not held.
    alter table tasks add column held text;
    create index tasks_held on tasks (infra) where held is not null;
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
