import type { Knex } from 'knex';

/** What exists, every change ever made to it, and the moments to which one may want to go back. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- The inventory: what exists, as the journal's last entry of each thing left it.
    create table resources (
      infra      text not null,
      kind       text not null,
      name       text not null,
      provider   text not null,
      driver     text not null,
      body       jsonb not null,
      version    int not null,
      task_id    uuid not null,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      primary key (infra, kind, name)
    );

    -- Every change, with what it takes to undo it. An intent is written before the act; its outcome settles it.
    create table journal (
      seq         bigint generated always as identity primary key,
      task_id     uuid not null,
      batch_id    uuid,
      attempt     int not null,
      state       text not null check (state in ('intended', 'done', 'failed', 'unknown', 'undone')),
      change      text not null check (change in ('create', 'change', 'destroy')),
      infra       text not null,
      kind        text not null,
      name        text not null,
      provider    text not null,
      driver      text not null,
      -- Of the thing that it is about; never used again. What is reported twice is recognised by it.
      resource_id text,
      before      jsonb,
      after       jsonb,
      at          timestamptz not null default now(),
      undone_by   uuid,
      -- Of an act that undoes: the earliest entry that its operation undoes.
      undoes_seq  bigint
    );
    create unique index journal_once on journal (task_id, kind, name, change, resource_id) where state <> 'intended';
    create index journal_of_task on journal (task_id, seq);
    create index journal_of_batch on journal (batch_id, seq) where batch_id is not null;
    create index journal_of_resource on journal (infra, kind, name, seq);
    create index journal_intended on journal (task_id) where state = 'intended';

    create table checkpoints (
      id               uuid primary key,
      name             text not null,
      description      text,
      journal_seq      bigint not null,
      operations_count int not null,
      bytes            bigint not null,
      created_by       uuid not null,
      created_by_name  text not null,
      created_at       timestamptz not null default now()
    );
    create table checkpoint_items (
      checkpoint_id uuid not null,
      infra         text not null,
      kind          text not null,
      name          text not null,
      provider      text not null,
      driver        text not null,
      body          jsonb not null,
      primary key (checkpoint_id, infra, kind, name)
    );

    -- A rollback is a batch of operations that undo.
    alter table batches
      add kind text not null default 'batch' check (kind in ('batch', 'rollback')),
      add scope jsonb;
    drop index batches_by_status;
    create index batches_by_status on batches (kind, status, id desc);
    create index batches_by_kind on batches (kind, id desc);
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
