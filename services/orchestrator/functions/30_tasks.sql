-- Transitions of a task. Each is one round trip and one transaction. They are PL/pgSQL, because each statement of a
-- volatile function sees what was committed before that statement: after waiting for a row lock, the change that was
-- waited for is visible.

-- Stores one task. submit_tasks does the same for several.
-- p_task: NewTaskRow (postgres/tasks/task-submissions.ts), the columns of `tasks`; `spec` goes to `task_specs`.
-- p_principal, p_key, p_hash: Idempotency-Key, see claim_idempotency_key; null without one.
-- outcome: `created` (task_status is Ready, or Waiting for the infra), `replayed` or `conflict` (see
-- claim_idempotency_key; task_status is null).
create function submit_task(p_task jsonb, p_principal text, p_key text, p_hash text)
returns table (task_id uuid, outcome text, task_status text) language plpgsql as $$
declare
  new_row tasks;
  taken record;
begin
  new_row := jsonb_populate_record(null::tasks, p_task);
  select * into taken from claim_idempotency_key(p_principal, p_key, p_hash, new_row.id);
  if taken.outcome <> 'new' then
    return query select taken.first_id, taken.outcome, null::text;
    return;
  end if;
  new_row.status := 'Ready';
  if not new_row.check_mode and not request_locks(array[new_row.infra], new_row.id, 'task') then
    new_row.status := 'Waiting';
  end if;
  insert into tasks (id, kind, name, status, infra, check_mode, program, verb, args, max_attempts, reconcilable, retry_of,
                     runner, idempotency_key, ready_at, created_by, created_by_name, request_id, traceparent, actor,
                     granted_on, scope_id)
    values (new_row.id, new_row.kind, new_row.name, new_row.status, new_row.infra, new_row.check_mode, new_row.program,
            new_row.verb, new_row.args, new_row.max_attempts, new_row.reconcilable, new_row.retry_of,
            coalesce(new_row.runner, 'command'),
            coalesce((select idempotency_key from tasks where id = new_row.retry_of), new_row.id),
            case when new_row.status = 'Ready' then now() end,
            new_row.created_by, new_row.created_by_name, new_row.request_id, new_row.traceparent, new_row.actor,
            new_row.granted_on, new_row.scope_id);
  if jsonb_exists(p_task, 'spec') then
    insert into task_specs (task_id, spec) values (new_row.id, p_task -> 'spec');
  end if;
  perform record_event(new_row.id, null, 0, 'submitted', new_row.status, '{}');
  perform tally(new_row.kind, 'Submitted', 1);
  return query select new_row.id, 'created'::text, new_row.status;
end $$;

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

-- Returns what an executor needs to run a task that it has claimed: ClaimedTask (domain/worker/ledger.ts).
-- `reconcile`: find out the outcome of earlier attempts instead of doing the work.
-- `fresh`: no earlier attempt under the same idempotency key.
-- `changes`: what the task to be undone did. `intents`, `intentsToUndo`: changes whose outcome was never reported, by
-- earlier attempts of this task and by the task to be undone.
create function describe_claim(p_task tasks) returns jsonb language plpgsql as $$
declare
  task_spec jsonb := (select spec from task_specs where task_id = coalesce(p_task.compensates, p_task.id));
  changes jsonb := '[]';
  undone tasks;
  intents jsonb := '[]';
  intents_to_undo jsonb := '[]';
  last_line bigint := 0;
begin
  if p_task.compensates is not null then
    select * into undone from tasks where id = p_task.compensates;
  end if;
  -- Most tasks are first attempts that undo nothing: they need no query of the journal.
  if p_task.program = 'undo' then
    changes := (select spec -> 'changes' from task_specs where task_id = p_task.id);
  elsif p_task.compensates is not null then
    changes := reports_of(lineage_of(undone), 'resource', '{done}');
  end if;
  if p_task.compensates is not null then
    intents_to_undo := reports_of(lineage_of(undone), 'intent', '{intended,unknown}');
  end if;
  if p_task.attempt > 1 or p_task.retry_of is not null then
    intents := reports_of(lineage_of(p_task), 'intent', '{intended,unknown}');
  end if;
  if p_task.attempt > 1 then
    last_line := (select coalesce(max(first_line + line_count - 1), 0) from task_logs where task_id = p_task.id);
  end if;
  return jsonb_build_object(
    'id', p_task.id, 'attempt', p_task.attempt, 'fresh', p_task.attempt = 1 and p_task.retry_of is null, 'reconcile', p_task.status = 'Unknown', 'runner', p_task.runner,
    'program', p_task.program, 'verb', p_task.verb, 'args', p_task.args, 'spec', task_spec,
    'undo', p_task.compensates is not null or p_task.program = 'undo', 'exactly', p_task.program = 'undo',
    'changes', changes, 'undoneKey', undone.idempotency_key, 'intents', intents, 'intentsToUndo', intents_to_undo,
    'infra', p_task.infra, 'checkMode', p_task.check_mode, 'batchId', p_task.batch_id, 'operation', p_task.op_key,
    'idempotencyKey', p_task.idempotency_key, 'timeoutSeconds', p_task.timeout_seconds,
    'requestId', p_task.request_id, 'traceparent', p_task.traceparent, 'lastLine', last_line);
end $$;

-- Ready → Running; Unknown stays Unknown, for an executor that finds out the outcome. The worker's lease must be valid.
-- The attempt's number is the fencing token of everything that follows.
-- Returns the tasks that could be claimed as ClaimedTask[], in the order in which they should start.
create function claim_tasks(p_ids uuid[], p_worker uuid) returns jsonb language plpgsql as $$
declare
  claimed jsonb;
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
      where tasks.id = chosen.task_id and cancel_requested_at is null
        and case status when 'Ready' then true when 'Unknown' then worker_id is null else false end
      returning tasks as task
  ), recorded as (
    insert into events (task_id, batch_id, attempt, type, status, details)
      select (task).id, (task).batch_id, (task).attempt, case (task).status when 'Running' then 'started' else 'reconciling' end,
             (task).status, jsonb_build_object('worker_id', p_worker)
        from claimed_tasks order by (task).priority, (task).ready_at, (task).seq
  )
  select coalesce(jsonb_agg(describe_claim(task) order by (task).priority, (task).ready_at, (task).seq), '[]')
    into claimed from claimed_tasks;
  return claimed;
end $$;

-- Running or Unknown → a terminal status, or RetryWait. The batch is advanced and locks are released by work_round.
-- p_result: id of the result; repeats of a result have the same id.
-- p_status: Completed, Failed or Cancelled.
-- p_permanent: a retry would not help.
-- p_data: {result, resources}, as the program or driver reported. p_evidence: object that says how the processes ended.
-- Returns `done`; `retry` (another attempt follows); `duplicate` (this result is stored already, its answer was lost);
-- `fenced` (the attempt is no longer the worker's: the result is kept as evidence and does not change the state).
create function finish_task(p_id uuid, p_attempt int, p_worker uuid, p_result uuid, p_status text, p_permanent boolean,
                            p_exit_code int, p_signal text, p_error text, p_output text, p_data jsonb, p_evidence jsonb)
returns text language plpgsql as $$
declare
  found_task tasks;
  batch batches;
  again boolean;
begin
  select * into found_task from tasks where id = p_id;
  if found_task.batch_id is not null then
    select * into batch from batches where id = found_task.batch_id for update;
  end if;
  select * into found_task from tasks
    where id = p_id and attempt = p_attempt and worker_id = p_worker and status in ('Running', 'Unknown') for update;
  if not found then
    if exists (select from tasks where id = p_id and result_id = p_result) then
      return 'duplicate';
    end if;
    perform record_event(p_id, t.batch_id, p_attempt, 'late_result', t.status, jsonb_build_object(
      'reported', p_status, 'exit_code', p_exit_code, 'signal', p_signal, 'worker_id', p_worker))
      from tasks t where t.id = p_id;
    return 'fenced';
  end if;

  again := p_status = 'Failed' and found_task.status = 'Running' and not p_permanent
    and found_task.failures < found_task.retries and found_task.cancel_requested_at is null
    and (batch.id is null or (batch.cancel_requested_at is null and not failure_stops_batch(batch, found_task.kind)));
  update tasks set status = case when again then 'RetryWait' else p_status end,
                   failures = failures + (p_status = 'Failed')::int,
                   worker_id = case when not again then worker_id end,
                   -- Exponential backoff: at most a minute, with jitter.
                   run_after = case when again
                     then now() + make_interval(secs => least(60, 2 ^ failures) * (0.5 + random() / 2)) end,
                   completed_at = case when not again then now() end,
                   exit_code = p_exit_code, signal = p_signal, error = p_error, result_id = p_result,
                   output_tail = right(p_output, 2000)
    where id = p_id returning * into found_task;
  insert into task_results as kept (task_id, output, data, evidence) values (p_id, p_output, p_data, p_evidence)
    on conflict (task_id) do update set
      output = excluded.output, evidence = excluded.evidence,
      -- Resources of earlier attempts exist and must be undone with the rest.
      data = excluded.data || jsonb_build_object('resources',
        coalesce(kept.data -> 'resources', '[]') || coalesce(excluded.data -> 'resources', '[]'));
  perform record_event(p_id, found_task.batch_id, p_attempt, case when again then 'attempt_failed' else 'finished' end,
                       found_task.status, p_evidence || jsonb_strip_nulls(jsonb_build_object(
                         'exit_code', p_exit_code, 'signal', p_signal, 'error', p_error, 'run_after', found_task.run_after)));
  if again then
    return 'retry';
  end if;
  perform tally(found_task.kind, p_status, 1, found_task.started_at);
  perform close_journal(found_task);
  if found_task.batch_id is not null then
    perform settle_operation(found_task);
  end if;
  return 'done';
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
    return query select 'requested'::text, '{}'::uuid[];
  else
    perform cancel_waiting(array[p_id], 'Cancelled by ' || p_by || case when found_task.attempt = 0
      then ' before it ran.' else ', between two attempts.' end, jsonb_build_object('by', p_by), p_actor);
    if found_task.batch_id is not null then
      select * into found_task from tasks where id = p_id;
      perform settle_operation(found_task);
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
