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

-- Stores an event that is inserted into the view `events`, as a chunk of its own. The functions of the previous release
-- insert there; so do tests.
create function store_event() returns trigger language plpgsql as $$
begin
  insert into event_chunks (at, type, status, batch_id, task_ids, attempts, details, actor)
    values (coalesce(new.at, now()), new.type, new.status, new.batch_id, array[new.task_id], array[new.attempt],
            coalesce(new.details, '{}'), new.actor)
    returning number into new.seq;
  return new;
end $$;
create trigger events_into_chunks instead of insert on events for each row execute function store_event();

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
  insert into event_chunks (type, status, batch_id, task_ids, attempts, details, actor)
    values (p_type, p_status, p_batch, array[p_task], array[p_attempt], p_details, p_actor);
end $$;

-- Records an event of one type for each of several tasks, with the present status and attempt of each. Parameters: see
-- record_event. Events of one batch and status are a chunk, of 256 at most: readers take chunks as a whole.
create function record_events(p_tasks uuid[], p_type text, p_details jsonb, p_actor jsonb default null)
returns void language plpgsql as $$
begin
  insert into event_chunks (type, status, batch_id, task_ids, attempts, details, actor)
    select p_type, status, batch_id, array_agg(id order by place), array_agg(attempt order by place), p_details, p_actor
      from (select t.id, t.batch_id, t.attempt, t.status,
                   row_number() over (partition by t.batch_id, t.status order by t.seq, t.id) as place
              from unnest(p_tasks) as changed (id) join tasks t on t.id = changed.id) changed
      group by batch_id, status, (place - 1) / 256, case when batch_id is null then id end
      order by min(place);
end $$;

-- Returns the recorded events of a task since a time before its submission, without an order. Columns: see the view events.
create function history_of_task(p_task uuid, p_since timestamptz) returns setof events stable language plpgsql as $$
declare
  batch uuid := (select t.batch_id from tasks t where t.id = p_task);
begin
  return query select r.seq, r.id, r.task_id, r.batch_id, r.attempt, r.type, r.status, r.at, r.details, r.actor
    from event_rows r where r.task_id = p_task and r.at >= p_since;
  if batch is null then
    return query select e.* from event_chunks c cross join lateral events_in(c) e
      where c.batch_id is null and c.task_ids[1] = p_task and c.at >= p_since;
  else
    return query select e.* from event_chunks c cross join lateral events_in(c) e
      where c.batch_id = batch and c.at >= p_since and p_task = any (c.task_ids) and e.task_id = p_task;
  end if;
end $$;

-- Returns the recorded events of a batch itself, without those of its operations. Parameters: see history_of_task.
create function history_of_batch(p_batch uuid, p_since timestamptz) returns setof events stable language plpgsql as $$
begin
  return query select r.seq, r.id, r.task_id, r.batch_id, r.attempt, r.type, r.status, r.at, r.details, r.actor
    from event_rows r where r.task_id is null and r.batch_id = p_batch and r.at >= p_since;
  return query select e.* from event_chunks c cross join lateral events_in(c) e
    where c.batch_id = p_batch and c.at >= p_since and c.task_ids[1] is null;
end $$;

-- Returns the events of a chunk. The view events says the same for all chunks.
create function events_in(p_chunk event_chunks) returns setof events stable language sql as $$
  select p_chunk.number + e.place - 1, event_id(p_chunk.at, p_chunk.number + e.place - 1), e.task_id, p_chunk.batch_id,
         e.attempt, p_chunk.type, p_chunk.status, p_chunk.at,
         p_chunk.details || coalesce(p_chunk.own -> (e.place::int - 1), '{}'), p_chunk.actor
    from unnest(p_chunk.task_ids, p_chunk.attempts) with ordinality as e (task_id, attempt, place)
$$;

-- Returns the id of an event of a chunk: a UUID of version 7 whose counter is the number (RFC 9562, section 6.2). A database
-- that was made again counts from 1 again: the time keeps its ids apart from those that the audit trail has already.
create function event_id(p_at timestamptz, p_seq bigint) returns uuid immutable language sql as $$
  select (lpad(to_hex(floor(extract(epoch from p_at) * 1000)::bigint), 12, '0') || '7000'
           || to_hex(p_seq | (1::bigint << 63)))::uuid
$$;

-- Returns the tasks of the events of some types that belong to tasks which have not ended, an element for each event.
create function events_of_open_tasks(p_types text[]) returns table (task_id uuid) stable language sql as $$
  with open_tasks as materialized (
    select id, batch_id, created_at - interval '1 hour' as since from tasks
      where status in ('Blocked', 'Waiting', 'Ready', 'Running', 'RetryWait', 'Unknown')
  ), open_batches as materialized (
    select batch_id, min(since) as since from open_tasks where batch_id is not null group by batch_id
  )
  select t.id from open_tasks t join event_rows r on r.task_id = t.id and r.at >= t.since where r.type = any (p_types)
  union all
  select t.id from open_tasks t join event_chunks c on c.batch_id is null and c.task_ids[1] = t.id and c.at >= t.since
    where t.batch_id is null and c.type = any (p_types)
  union all
  select t.id from open_batches b join event_chunks c on c.batch_id = b.batch_id and c.at >= b.since
    cross join lateral unnest(c.task_ids) as changed (id) join open_tasks t on t.id = changed.id
    where c.type = any (p_types)
$$;

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
