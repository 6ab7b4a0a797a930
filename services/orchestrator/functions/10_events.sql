-- Events: an append-only history, written in the same transaction as the change that it records.
--
-- Functions that every transition calls are PL/pgSQL, which caches plans. Before Postgres 18, functions in SQL are
-- planned at each call.

-- Returns a version 7 UUID (RFC 9562): ids sort by the time of their creation.
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

-- Returns the text with a full stop at its end, unless it ends with punctuation, so that another sentence can follow.
-- Twin of `asSentence` in packages/errors.
create function as_sentence(p_text text) returns text immutable language plpgsql as $$
begin
  return case when rtrim(p_text) ~ '[.!?…:][)"''”’]?$' then rtrim(p_text) else rtrim(p_text) || '.' end;
end $$;

-- Records one event.
-- p_task, p_batch: what the event is about; null where it is about neither.
-- p_attempt: number of the task's attempt; 0 before the first one.
-- p_type: a type of the catalogue (domain/event/catalogue.ts).
-- p_status: status of the task or batch after the change.
-- p_details: object whose members depend on the type.
-- p_actor: ActorRow (postgres/audit/actor-row.ts) of the user who caused the change; null where no user did.
create function record_event(p_task uuid, p_batch uuid, p_attempt int, p_type text, p_status text, p_details jsonb,
                             p_actor jsonb default null)
returns void language plpgsql as $$
begin
  insert into events (task_id, batch_id, attempt, type, status, details, actor)
    values (p_task, p_batch, p_attempt, p_type, p_status, p_details, p_actor);
end $$;

-- Records an event of one type for each of several tasks, with the present status and attempt of each. Parameters: see
-- record_event.
create function record_events(p_tasks uuid[], p_type text, p_details jsonb, p_actor jsonb default null)
returns void language plpgsql as $$
begin
  insert into events (task_id, batch_id, attempt, type, status, details, actor)
    select t.id, t.batch_id, t.attempt, p_type, t.status, p_details, p_actor
      from unnest(p_tasks) as changed (id) join tasks t on t.id = changed.id order by t.seq, t.id;
end $$;

-- Returns the class of a duration by its upper bound in seconds; null for null. /metrics shows these classes. After a
-- class is added, earlier counts stay in the next higher class.
create function duration_class(p_seconds double precision) returns double precision immutable language sql as $$
  select case
    when p_seconds <= 1 then 1 when p_seconds <= 5 then 5 when p_seconds <= 10 then 10 when p_seconds <= 30 then 30
    when p_seconds <= 60 then 60 when p_seconds <= 300 then 300 when p_seconds <= 900 then 900
    when p_seconds <= 3600 then 3600 when p_seconds is not null then 'Infinity'::double precision end
$$;

-- Adds to the counts of one kind of work.
-- p_kind: kind of a task, `batch` or `rollback_batch`.
-- p_status: `Submitted` or a terminal status.
-- p_count: how many; 0 adds nothing.
-- p_started: start of the work that ended, for the durations; null where it never started.
create function tally(p_kind text, p_status text, p_count bigint, p_started timestamptz default null)
returns void language plpgsql as $$
begin
  insert into tallies (kind, status, n, seconds, le)
    select p_kind, p_status, p_count, coalesce(took, 0), duration_class(took)
      from (select extract(epoch from greatest(now(), p_started) - p_started)::double precision as took) ended
      where p_count > 0;
end $$;

-- Claims an Idempotency-Key for 24 hours. A repeated request under the same key receives the first answer.
-- p_principal, p_key: owner and value of the key; a null key always succeeds.
-- p_hash: digest of the request.
-- p_id: id of the object that the request creates.
-- outcome: `new`; `replayed` (the key was used with the same request: first_id is the id of that time); `conflict` (the
-- key was used with another request: first_id is null).
create function claim_idempotency_key(p_principal text, p_key text, p_hash text, p_id uuid)
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

-- Records a change of the platform's health, if p_publisher is the process that publishes it and p_details
-- (`{components}`) differ from the last ones.
create function publish_health(p_publisher uuid, p_overall text, p_details jsonb) returns void language plpgsql as $$
begin
  update system_health set told = p_details where teller = p_publisher and told is distinct from p_details;
  if found then
    perform record_event(null, null, 0, 'health', p_overall, p_details);
  end if;
end $$;
