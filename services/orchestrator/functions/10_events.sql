-- The history: appended only, in the same transaction as the change that it tells of.
--
-- What is called at every transition is PL/pgSQL, which keeps its plans: functions in SQL are planned at each call
-- before Postgres 18.

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

-- The text with a stop at its end where it has none, so that another sentence can follow it.
-- Twin of `asSentence` in packages/errors.
create function as_sentence(p_text text) returns text immutable language plpgsql as $$
begin
  return case when rtrim(p_text) ~ '[.!?…:][)"''”’]?$' then rtrim(p_text) else rtrim(p_text) || '.' end;
end $$;

-- p_actor: who did it, where somebody did.
create function record_event(p_task uuid, p_batch uuid, p_attempt int, p_type text, p_status text, p_details jsonb,
                             p_actor jsonb default null)
returns void language plpgsql as $$
begin
  insert into events (task_id, batch_id, attempt, type, status, details, actor)
    values (p_task, p_batch, p_attempt, p_type, p_status, p_details, p_actor);
end $$;

-- Of several tasks at once, each as it stands now.
create function record_events(p_tasks uuid[], p_type text, p_details jsonb, p_actor jsonb default null)
returns void language plpgsql as $$
begin
  insert into events (task_id, batch_id, attempt, type, status, details, actor)
    select t.id, t.batch_id, t.attempt, p_type, t.status, p_details, p_actor
      from unnest(p_tasks) as told (id) join tasks t on t.id = told.id order by t.seq, t.id;
end $$;

-- The class of durations that this one belongs to, by its upper bound in seconds. /metrics shows these classes: where one
-- is added, what was counted before stays in the next higher one.
create function duration_class(p_seconds double precision) returns double precision immutable language sql as $$
  select case
    when p_seconds <= 1 then 1 when p_seconds <= 5 then 5 when p_seconds <= 10 then 10 when p_seconds <= 30 then 30
    when p_seconds <= 60 then 60 when p_seconds <= 300 then 300 when p_seconds <= 900 then 900
    when p_seconds <= 3600 then 3600 when p_seconds is not null then 'Infinity'::double precision end
$$;

-- Counts: p_status is Submitted, or how it ended; p_started, when what has ended had begun.
create function tally(p_kind text, p_status text, p_count bigint, p_started timestamptz default null)
returns void language plpgsql as $$
begin
  insert into tallies (kind, status, n, seconds, le)
    select p_kind, p_status, p_count, coalesce(took, 0), duration_class(took)
      from (select extract(epoch from greatest(now(), p_started) - p_started)::double precision as took) ended
      where p_count > 0;
end $$;

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
