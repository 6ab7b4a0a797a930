import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- What the policies decided, with everything that it was decided on: decided again, it comes out the same.
    create table decisions (
      id             text primary key,
      at             timestamptz not null,
      service        text not null check (service in ('orchestrator', 'control-center')),
      user_id        text,
      username       text,
      email          text not null,
      roles          text[] not null,
      action         text not null,
      resource       text not null,
      -- JSON texts, as they came.
      context        text not null,
      matched        text not null,
      request_ip     text not null,
      request_method text not null,
      request_path   text not null,
      request_id     text,
      duration_ms    double precision not null,
      decision       text not null,
      revision       bigint not null
    );
    create index decisions_by_age on decisions (at desc, id desc);
    create index decisions_by_user on decisions (user_id, at desc, id desc);
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations only go forward.');
}
