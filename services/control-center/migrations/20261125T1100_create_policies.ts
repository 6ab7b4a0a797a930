import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table policies (
      id          uuid primary key,
      name        text not null constraint policies_name_key unique,
      version     text not null,
      description text,
      enabled     boolean not null,
      -- Not jsonb, which takes no NUL in a text: rules are read as a whole.
      rules       json not null,
      revision    int not null,
      created_at  timestamptz not null,
      updated_at  timestamptz not null
    );
    create index policies_by_age on policies (created_at desc, id desc);

    -- One row, locked by whoever changes policies until the end: in the order of the numbers is in the order of commits.
    -- 0 until the built-in policies were made: they are made once, not again when somebody has deleted them.
    create table policy_revision (
      one_row  boolean primary key default true check (one_row),
      revision bigint not null
    );
    insert into policy_revision (revision) values (0);

    -- How each policy was after each of its changes. Stays when it is deleted: what decided then can still be told.
    create table policy_versions (
      policy_id     uuid not null,
      revision      int not null,
      -- The revision of all policies that the change made.
      set_revision  bigint not null,
      deleted       boolean not null default false,
      name          text not null,
      version       text not null,
      description   text,
      enabled       boolean not null,
      rules         json not null,
      changed_at    timestamptz not null,
      changed_by_id text,
      changed_by    text,
      primary key (policy_id, revision)
    );
    create index policy_versions_by_set on policy_versions (set_revision);
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations only go forward.');
}
