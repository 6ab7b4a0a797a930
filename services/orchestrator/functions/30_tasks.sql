-- Transitions of a task. Each is one round trip and one transaction. They are PL/pgSQL, because each statement of a
-- volatile function sees what was committed before that statement: after waiting for a row lock, the change that was
-- waited for is visible.

-- Returns a task and the earlier tasks whose work it continues, because it retries, resumes or keeps them. They share one
-- idempotency key, so later tasks recognise what earlier ones did.
create function lineage_of(p_task tasks) returns uuid[] stable language plpgsql as $$
declare
  line uuid[] := array[p_task.id];
  earlier uuid := coalesce(p_task.retry_of, p_task.kept_from);
begin
  while earlier is not null loop
    line := line || earlier;
    select coalesce(retry_of, kept_from) into earlier from tasks where id = earlier;
  end loop;
  return line;
end $$;

-- The same for the task with this id.
create function lineage_of_id(p_task uuid) returns uuid[] stable language plpgsql as $$
begin
  return (select case when t.retry_of is null and t.kept_from is null then array[t.id] else lineage_of(t) end
            from tasks t where t.id = p_task);
end $$;

-- Returns the journal entries of tasks in some states, in order, as the reports of their drivers: [{type, kind, name,
-- infra, driver, before, after, action}] (ChangeReport in domain/rollback/change-report.ts).
create function reports_of(p_tasks uuid[], p_type text, p_states text[]) returns jsonb stable language sql as $$
  select coalesce(jsonb_agg(jsonb_build_object(
           'type', p_type, 'kind', kind, 'name', name, 'infra', infra, 'driver', driver, 'before', before, 'after', after,
           'action', case change when 'create' then 'created' when 'change' then 'changed' when 'destroy' then 'destroyed'
                                 when 'adopt' then 'adopted' else 'forgotten' end)
           order by seq), '[]')
    from journal where task_id = any (p_tasks) and state = any (p_states)
$$;

-- Returns what an executor needs to run tasks that it has claimed: ClaimedTask[] (domain/worker/ledger.ts), in the order in
-- which they should start.
-- `reconcile`: find out the outcome of earlier attempts instead of doing the work.
-- `fresh`: no earlier attempt under the same idempotency key.
-- `changes`: what the task to be undone did. `intents`, `intentsToUndo`: changes whose outcome was never reported, by
-- earlier attempts of this task and by the task to be undone.
-- Most tasks are first attempts that undo nothing: they need no query of the journal.
create function describe_claims(p_tasks tasks[]) returns jsonb stable language plpgsql as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
        'id', t.id, 'attempt', t.attempt, 'fresh', t.attempt = 1 and t.retry_of is null, 'reconcile', t.status = 'Unknown',
        'runner', t.runner, 'program', t.program, 'verb', t.verb, 'args', t.args, 'spec', s.spec,
        'undo', t.compensates is not null or t.program = 'undo', 'exactly', t.program = 'undo',
        'changes', case
          when t.program = 'undo' then (select spec -> 'changes' from task_specs where task_id = t.id)
          when t.compensates is not null then reports_of(lineage_of_id(t.compensates), 'resource', '{done}')
          else '[]' end,
        'undoneKey', (select idempotency_key from tasks undone where undone.id = t.compensates),
        'intents', case when t.attempt > 1 or t.retry_of is not null
          then reports_of(lineage_of(t), 'intent', '{intended,unknown}') else '[]' end,
        'intentsToUndo', case when t.compensates is not null
          then reports_of(lineage_of_id(t.compensates), 'intent', '{intended,unknown}') else '[]' end,
        'infra', t.infra, 'checkMode', t.check_mode, 'batchId', t.batch_id, 'operation', t.op_key,
        'idempotencyKey', t.idempotency_key, 'timeoutSeconds', t.timeout_seconds,
        'requestId', t.request_id, 'traceparent', t.traceparent,
        'lastLine', case when t.attempt > 1
          then (select coalesce(max(first_line + line_count - 1), 0) from task_logs where task_id = t.id) else 0 end)
        order by t.priority, t.ready_at, t.seq), '[]')
      from unnest(p_tasks) as t left join task_specs s on s.task_id = coalesce(t.compensates, t.id));
end $$;

-- Ready → Running; Unknown stays Unknown, for an executor that finds out the outcome. The worker's lease must be valid.
-- The attempt's number is the fencing token of everything that follows.
-- Returns the tasks that could be claimed as ClaimedTask[], in the order in which they should start.
create function claim_tasks(p_ids uuid[], p_worker uuid) returns jsonb language plpgsql as $$
declare
  claimed tasks[];
begin
  -- Shared lock: release_worker runs before this claim, which then finds nothing, or it sees the rows of this claim.
  perform from workers where id = p_worker and state = 'alive' and lease_until > now() for share;
  if not found then
    return '[]';
  end if;
  with claimed_tasks as (
    update tasks set status = case status when 'Ready' then 'Running' else status end, attempt = attempt + 1,
                     worker_id = p_worker, started_at = coalesce(started_at, clock_timestamp())
      from unnest(p_ids) as chosen (task_id)
      where tasks.id = chosen.task_id and cancel_requested_at is null and held is null
        and case status when 'Ready' then true when 'Unknown' then worker_id is null else false end
      returning tasks as task
  ), recorded as (
    insert into event_chunks (type, status, batch_id, task_ids, attempts, details)
      select case status when 'Running' then 'started' else 'reconciling' end, status, batch_id,
             array_agg(id order by place), array_agg(attempt order by place), jsonb_build_object('worker_id', p_worker)
        from (select (task).id, (task).batch_id, (task).attempt, (task).status,
                     row_number() over (order by (task).priority, (task).ready_at, (task).seq) as place from claimed_tasks) claimed
        group by status, batch_id, case when batch_id is null then id end order by min(place)
  )
  select array_agg(task) into claimed from claimed_tasks;
  return describe_claims(claimed);
end $$;

-- Cancels a task that does not run; asks the worker of a running task to end it.
-- p_by: user name for the error text. p_actor: ActorRow of that user.
-- outcome: `cancelled`, `requested` (it runs: its worker reports the end), `ended` (it is terminal already), `refused`
-- (undo tasks cannot be cancelled), `unknown` (no such task).
-- ready: tasks that became ready.
create function cancel_task(p_id uuid, p_by text, p_actor jsonb default null)
returns table (outcome text, ready uuid[]) language plpgsql as $$
declare
  found_task tasks;
  ended uuid[] := array[p_id];
  promoted uuid[] := '{}';
begin
  select * into found_task from tasks where id = p_id;
  if found_task.batch_id is not null then
    perform from batches where id = found_task.batch_id for update;
  end if;
  select * into found_task from tasks where id = p_id for update;
  if not found then
    return query select 'unknown'::text, '{}'::uuid[];
  elsif is_terminal(found_task.status) then
    return query select 'ended'::text, '{}'::uuid[];
  elsif found_task.kind = 'rollback' then
    return query select 'refused'::text, '{}'::uuid[];
  elsif found_task.worker_id is not null and found_task.status in ('Running', 'Unknown') then
    update tasks set cancel_requested_at = coalesce(cancel_requested_at, now()) where id = p_id;
    perform record_events(array[p_id], 'cancel_requested', jsonb_build_object('by', p_by), p_actor);
    perform pg_notify('orchestrator_cancelled', '');
    return query select 'requested'::text, '{}'::uuid[];
  else
    perform cancel_waiting(array[p_id], 'Cancelled by ' || p_by || case when found_task.attempt = 0
      then ' before it ran.' else ', between two attempts.' end, jsonb_build_object('by', p_by), p_actor);
    if found_task.batch_id is not null then
      perform settle_operations(found_task.batch_id, array[p_id]);
      select b.ended, b.promoted into ended, promoted from advance_batch(found_task.batch_id) b;
    end if;
    return query select 'cancelled'::text, promoted || release_locks(ended);
  end if;
end $$;

-- Whether a status of a task is final.
create function is_terminal(p_status text) returns boolean immutable language sql as $$
  select p_status in ('Completed', 'Failed', 'Cancelled')
$$;

-- Cancels those of the tasks that do not run. p_details: object for the events. Returns how many were cancelled.
create function cancel_waiting(p_tasks uuid[], p_error text, p_details jsonb, p_actor jsonb default null) returns int
language plpgsql as $$
declare
  cancelled uuid[];
begin
  with changed as (
    update tasks set status = 'Cancelled', completed_at = now(), cancel_requested_at = now(), error = p_error
      where id = any (p_tasks) and (status in ('Blocked', 'Waiting', 'Ready', 'RetryWait')
                                    or (status = 'Unknown' and worker_id is null))
      returning id, kind
  ), counted as (
    insert into tallies (kind, status, n) select kind, 'Cancelled', count(*) from changed group by kind
  )
  select coalesce(array_agg(id), '{}') into cancelled from changed;
  -- Intents of an earlier attempt: their outcome will not be found out any more.
  update journal set state = 'unknown' from unnest(cancelled) as c (id) where task_id = c.id and state = 'intended';
  perform record_events(cancelled, 'cancelled', p_details || jsonb_build_object('error', p_error), p_actor);
  return cardinality(cancelled);
end $$;

-- Returns the time of an output line by the clock of Postgres: the clock of a worker may be wrong by days.
create function printed_at(p_task tasks, p_at timestamptz) returns timestamptz stable language sql as $$
  select greatest(least(p_at, now()), p_task.started_at)
$$;

-- Stores p_count lines, from number p_first on, of a running attempt. Each chunk is an event with a number of its own.
-- A repeated chunk (same time, its answer was lost) changes nothing. Chunks of an attempt that is no longer the worker's
-- are ignored.
create function append_log(p_task uuid, p_attempt int, p_worker uuid, p_first bigint, p_count int, p_text text,
                           p_at timestamptz)
returns void language sql as $$
  insert into task_logs (task_id, attempt, first_line, line_count, text, at)
  select id, p_attempt, p_first, p_count, p_text, printed_at(tasks, p_at) from tasks
    where id = p_task and attempt = p_attempt and worker_id = p_worker and status in ('Running', 'Unknown') for share
  on conflict do nothing
$$;

-- Stores the progress of an attempt. p_publish: also record it as an event.
create function record_progress(p_task uuid, p_attempt int, p_total int, p_done int, p_step text, p_publish boolean)
returns void language plpgsql as $$
begin
  insert into task_progress (task_id, attempt, total_steps, done_steps, current_step)
    values (p_task, p_attempt, p_total, p_done, p_step)
    on conflict (task_id) do update
      set attempt = p_attempt, total_steps = p_total, done_steps = p_done, current_step = p_step, updated_at = now()
      where task_progress.attempt <= p_attempt;
  if found and p_publish then
    perform record_event(p_task, batch_id, p_attempt, 'progress', status, jsonb_build_object(
      'total_steps', p_total, 'completed_steps', p_done, 'current_step', p_step)) from tasks where id = p_task;
  end if;
end $$;
