-- Checkpoints and rollbacks.

-- Stores the inventory and the position of the journal at one instant.
-- p_checkpoint: {id, name, description, infras, created_by, created_by_name}; null infras: all.
-- outcome: `created`, `replayed` or `conflict`, see claim_idempotency_key.
create function create_checkpoint(p_checkpoint jsonb, p_principal text, p_key text, p_hash text, p_actor jsonb default null)
returns table (checkpoint_id uuid, outcome text) language plpgsql as $$
declare
  new_one checkpoints;
  taken record;
begin
  new_one := jsonb_populate_record(null::checkpoints, p_checkpoint);
  select * into taken from claim_idempotency_key(p_principal, p_key, p_hash, new_one.id);
  if taken.outcome <> 'new' then
    return query select taken.first_id, taken.outcome;
    return;
  end if;
  -- Waits for transactions that have drawn a number and not committed: numbers are drawn before they are visible.
  lock table journal in share mode;
  -- One statement has one snapshot. Journal and inventory are consistent in it, because they are written in one transaction.
  with position as (
    select coalesce(max(seq), 0) as seq,
           count(*) filter (where state = 'done' and (new_one.infras is null or infra = any (new_one.infras))) as operations
      from journal
  ), items as (
    insert into checkpoint_items (checkpoint_id, infra, kind, name, provider, driver, body)
      select new_one.id, infra, kind, name, provider, driver, body from resources
        where new_one.infras is null or infra = any (new_one.infras)
      returning pg_column_size(body) + octet_length(infra || kind || name || provider || driver) as bytes
  )
  insert into checkpoints (id, name, description, infras, journal_seq, operations_count, bytes, created_by, created_by_name)
    select new_one.id, new_one.name, new_one.description, new_one.infras, position.seq, position.operations,
           (select coalesce(sum(bytes), 0) from items), new_one.created_by, new_one.created_by_name
      from position;
  perform record_event(null, null, 0, 'checkpoint_created', 'Created',
                       jsonb_build_object('checkpoint_id', new_one.id, 'name', new_one.name, 'infras', new_one.infras), p_actor);
  return query select new_one.id, 'created'::text;
end $$;

-- Returns the entries after a position that are still in effect, newest first. An entry that was undone is left out, and
-- so is the entry that undid it if both are after the position. Entries with an unknown outcome are included.
create function changes_after(p_seq bigint) returns setof journal stable language sql as $$
  select * from journal
    where seq > p_seq and state in ('done', 'unknown') and (undoes_seq is null or undoes_seq <= p_seq)
    order by seq desc
$$;

-- Stores a rollback whose plan was made while the journal was at position p_seq. Parameters and outcomes: see
-- submit_batch. Further outcomes:
-- `busy` (an infra is being changed, by `holder`), `stale` (an infra was changed since the plan was made, or the
-- checkpoint of the plan was deleted).
create function submit_rollback(p_batch jsonb, p_operations jsonb, p_principal text, p_key text, p_hash text, p_seq bigint)
returns table (batch_id uuid, outcome text, ready uuid[], holder uuid) language plpgsql as $$
declare
  wanted text[] := array(select jsonb_array_elements_text(p_batch -> 'infras') order by 1);
  wanted_infra text;
  busy locks;
  -- Null for a rollback of single operations.
  checkpoint uuid := (p_batch -> 'scope' ->> 'checkpoint_id')::uuid;
begin
  foreach wanted_infra in array wanted loop
    perform lock_infra(wanted_infra);
  end loop;
  select * into busy from locks where infra = any (wanted) order by ticket limit 1;
  if found then
    return query select null::uuid, 'busy'::text, '{}'::uuid[], busy.holder_id;
    return;
  end if;
  -- Held until the rollback is stored, so that the checkpoint is not deleted meanwhile.
  perform from checkpoints where id = checkpoint for key share;
  if checkpoint is not null and not found then
    return query select null::uuid, 'stale'::text, '{}'::uuid[], null::uuid;
  elsif exists (select from journal where infra = any (wanted) and seq > p_seq) then
    return query select null::uuid, 'stale'::text, '{}'::uuid[], null::uuid;
  else
    return query select s.batch_id, s.outcome, s.ready, null::uuid
      from submit_batch(p_batch, p_operations, p_principal, p_key, p_hash) s;
  end if;
end $$;
