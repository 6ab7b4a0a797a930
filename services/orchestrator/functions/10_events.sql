-- The history: appended only, in the same transaction as the change that it tells of.

-- A version-7 UUID (RFC 9562): what is made later stands later in a list.
create function new_id() returns uuid language sql volatile as $$
  select encode(
    set_byte(
      set_byte(
        overlay(uuid_send(gen_random_uuid())
                placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
        6, (get_byte(uuid_send(gen_random_uuid()), 0) & 15) | 112),
      8, (get_byte(uuid_send(gen_random_uuid()), 0) & 63) | 128),
    'hex')::uuid
$$;

create function record_event(p_task uuid, p_batch uuid, p_attempt int, p_type text, p_status text, p_details jsonb)
returns void language sql as $$
  insert into events (task_id, batch_id, attempt, type, status, details)
  values (p_task, p_batch, p_attempt, p_type, p_status, p_details)
$$;

-- Of several tasks at once, each as it stands now.
create function record_events(p_tasks uuid[], p_type text, p_details jsonb) returns void language sql as $$
  insert into events (task_id, batch_id, attempt, type, status, details)
  select id, batch_id, attempt, p_type, status, p_details from tasks where id = any (p_tasks) order by seq, id
$$;

-- Counts: p_status is Submitted, or how it ended.
create function tally(p_kind text, p_status text, p_count bigint, p_started timestamptz default null)
returns void language sql as $$
  insert into tallies (kind, status, n, seconds)
    select p_kind, p_status, p_count,
           case p_status when 'Completed' then coalesce(extract(epoch from now() - p_started), 0) else 0 end
      where p_count > 0
$$;

-- The same request again under the same Idempotency-Key gets the first answer. Outcome: new, replayed, conflict.
create function take_idempotency_key(p_principal text, p_key text, p_hash text, p_id uuid)
returns table (outcome text, first_id uuid) language plpgsql as $$
declare
  earlier idempotency_keys;
begin
  if p_key is null then
    return query select 'new'::text, p_id;
    return;
  end if;
  delete from idempotency_keys
    where principal = p_principal and key = p_key and created_at < now() - interval '24 hours';
  insert into idempotency_keys (principal, key, request_hash, data)
    values (p_principal, p_key, p_hash, to_jsonb(p_id)) on conflict do nothing;
  if found then
    return query select 'new'::text, p_id;
    return;
  end if;
  select * into earlier from idempotency_keys where principal = p_principal and key = p_key;
  if earlier.request_hash = p_hash then
    return query select 'replayed'::text, (earlier.data #>> '{}')::uuid;
  else
    return query select 'conflict'::text, null::uuid;
  end if;
end $$;

-- How the whole is, if that differs from what was told last and nobody else has begun to tell.
create function tell_health(p_teller uuid, p_overall text, p_details jsonb) returns void language plpgsql as $$
begin
  update system_health set told = p_details where teller = p_teller and told is distinct from p_details;
  if found then
    perform record_event(null, null, 0, 'health', p_overall, p_details);
  end if;
end $$;
