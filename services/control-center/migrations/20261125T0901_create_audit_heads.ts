import type { Knex } from 'knex';

/** docs/audit-format.md says what `signature` is over. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Signed ends of the chain as it was. They stay when the records before them are dropped.
    create table audit_heads (
      seq       bigint primary key check (seq > 0),
      hash      text not null check (hash ~ '^[0-9a-f]{64}$'),
      at        text collate "C" not null check (at ~ '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$'),
      key_id    text not null,
      signature text not null
    );

    create function refuse_audit_head_change() returns trigger language plpgsql as $$
    begin
      raise exception 'heads of the audit trail are neither changed nor removed'
        using errcode = 'insufficient_privilege';
    end $$;
    create trigger audit_heads_stay before update or delete or truncate on audit_heads
      for each statement execute function refuse_audit_head_change();

    -- The one way to remove records: those up to a head, all of them. Runs with its owner's rights: whoever calls it needs
    -- no right to delete.
    create function drop_audit_records(upto bigint) returns bigint
      language plpgsql security definer set search_path from current as $$
    declare
      dropped bigint;
    begin
      if not exists (select from audit_heads where seq = upto) then
        raise exception 'no head of the audit trail ends at %', upto using errcode = 'invalid_parameter_value';
      end if;
      if not exists (select from audit_log where seq > upto) then
        raise exception 'the newest record of the audit trail is never dropped' using errcode = 'invalid_parameter_value';
      end if;
      perform set_config('control_center.audit_drop_upto', upto::text, true);
      delete from audit_log where seq <= upto;
      get diagnostics dropped = row_count;
      perform set_config('control_center.audit_drop_upto', '', true);
      return dropped;
    end $$;
    revoke execute on function drop_audit_records(bigint) from public;
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations only go forward.');
}
