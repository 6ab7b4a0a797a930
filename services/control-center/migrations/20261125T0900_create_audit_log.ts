import type { Knex } from 'knex';

/** docs/audit-format.md says how `hash` is made. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table audit_log (
      -- Without gaps: no sequence, which loses numbers when transactions are rolled back.
      seq        bigint primary key check (seq > 0),
      event_id   text not null constraint audit_log_event_id_key unique,
      -- Text, as it is hashed: a timestamptz can be changed by less than what its reader shows.
      at         text collate "C" not null check (at ~ '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$'),
      service    text not null check (service in ('orchestrator', 'control-center')),
      user_id    text,
      username   text,
      session_id text,
      ip         text,
      request_id text,
      action     text not null,
      resource   text not null,
      result     text not null check (result in ('success', 'denied', 'failure')),
      -- Text too: jsonb drops members that come twice and writes numbers in its own way.
      details    text not null check (octet_length(details) <= 8192),
      prev_hash  text not null constraint audit_log_prev_hash_key unique check (prev_hash ~ '^[0-9a-f]{64}$'),
      hash       text not null check (hash ~ '^[0-9a-f]{64}$')
    );
    create index audit_log_by_user on audit_log (user_id, seq desc);
    create index audit_log_by_action on audit_log (action, seq desc);
    create index audit_log_by_resource on audit_log (resource, seq desc);
    create index audit_log_by_time on audit_log (at, seq desc);

    create function refuse_audit_change() returns trigger language plpgsql as $$
    begin
      -- Set by the function that drops sealed segments, for its own transaction.
      if tg_op = 'DELETE' and tg_level = 'ROW' and
         old.seq <= coalesce(nullif(current_setting('control_center.audit_drop_upto', true), ''), '0')::bigint then
        return old;
      end if;
      raise exception 'records of the audit trail are neither changed nor removed'
        using errcode = 'insufficient_privilege';
    end $$;
    create trigger audit_log_stays before update or delete on audit_log
      for each row execute function refuse_audit_change();
    create trigger audit_log_stays_whole before truncate on audit_log
      for each statement execute function refuse_audit_change();
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations only go forward.');
}
