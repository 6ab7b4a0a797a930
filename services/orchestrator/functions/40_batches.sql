-- A batch is a graph of operations. A transaction that changes the state of an operation holds the lock of the batch's
-- row. So counting, starting and ending are serialised, and "parallel_limit" and "every dependency" hold exactly.

-- Stores a batch with its operations and starts it if its infras are free.
-- p_batch: NewBatchRow, p_operations: NewOperationRow[] (postgres/batches/batch-rows.ts). `spec` goes to `task_specs`.
--   `status` and `pending_deps` follow from the graph, which the caller has checked. `kept_from`: completed task of an
--   earlier batch whose outcome is taken over. `retry_of`: task of an earlier batch whose work is done again.
-- outcome: `created`; `replayed`, `conflict` (see claim_idempotency_key); `resumed` (the batch was resumed before, by
-- batch_id, which alone knows what was run or undone since).
create function submit_batch(p_batch jsonb, p_operations jsonb, p_principal text, p_key text, p_hash text)
returns table (batch_id uuid, outcome text, ready uuid[]) language plpgsql as $$
declare
  new_batch batches;
  earlier uuid;
  taken record;
  kept int;
  promoted uuid[] := '{}';
begin
  new_batch := jsonb_populate_record(null::batches, p_batch);
  select * into taken from claim_idempotency_key(p_principal, p_key, p_hash, new_batch.id);
  if taken.outcome <> 'new' then
    return query select taken.first_id, taken.outcome, promoted;
    return;
  end if;
  if new_batch.resume_of is not null then
    perform from batches where id = new_batch.resume_of for update;
    select id into earlier from batches where resume_of = new_batch.resume_of;
    if found then
      delete from idempotency_keys where principal = p_principal and key = p_key;
      return query select earlier, 'resumed'::text, promoted;
      return;
    end if;
  end if;
  new_batch.total := jsonb_array_length(p_operations);
  insert into batches (id, kind, scope, impossible, name, version, storage_backend, status, parallel_limit, rollback_enabled, on_failure,
                       resume_of, infras, total, created_by, created_by_name, request_id, traceparent, actor, granted_on,
                       scope_id)
    values (new_batch.id, coalesce(new_batch.kind, 'batch'), new_batch.scope,
            new_batch.impossible, new_batch.name, new_batch.version, new_batch.storage_backend, 'Pending',
            new_batch.parallel_limit, new_batch.rollback_enabled, new_batch.on_failure, new_batch.resume_of,
            new_batch.infras, new_batch.total, new_batch.created_by, new_batch.created_by_name,
            new_batch.request_id, new_batch.traceparent, new_batch.actor, new_batch.granted_on, new_batch.scope_id);
  insert into tasks (id, kind, name, status, runner, infra, check_mode, program, verb, args, max_attempts, repeatable,
                     reconcilable, undoable, retries, timeout_seconds, batch_id, op_key, seq, depends_on, pending_deps,
                     kept_from, retry_of, idempotency_key, completed_at, created_by, created_by_name, request_id, traceparent,
                     scope_id, held)
    select o.id, 'operation', o.op_key, o.status, o.runner, o.infra, false, o.program, o.verb, o.args, o.max_attempts,
           o.repeatable, o.reconcilable, o.undoable, o.retries, o.timeout_seconds, new_batch.id, o.op_key, o.seq,
           coalesce(o.depends_on, '{}'), o.pending_deps, o.kept_from, o.retry_of,
           coalesce(k.idempotency_key, o.id), case when o.kept_from is not null then k.completed_at end,
           new_batch.created_by, new_batch.created_by_name, new_batch.request_id, new_batch.traceparent, o.scope_id,
           (select max(why_held(infra)) from unnest(new_batch.infras) as infra)
      from jsonb_populate_recordset(null::tasks, p_operations) o
      left join tasks k on k.id = coalesce(o.kept_from, o.retry_of);
  insert into op_deps (depends_on, op_id)
    select dependency, t.id from tasks t cross join unnest(t.depends_on) as dependency where t.batch_id = new_batch.id;
  insert into task_specs (task_id, spec)
    select (o ->> 'id')::uuid, o -> 'spec' from jsonb_array_elements(p_operations) o;
  insert into task_results (task_id, output, data, evidence)
    select t.id, r.output, r.data, r.evidence from tasks t join task_results r on r.task_id = t.kept_from
      where t.batch_id = new_batch.id;
  perform record_event(null, new_batch.id, 0, 'submitted', 'Pending', jsonb_build_object('operations', new_batch.total));
  perform record_events(array(select id from tasks t where t.batch_id = new_batch.id), 'submitted', '{}');
  kept := (select count(*) from tasks t where t.batch_id = new_batch.id and status = 'Completed');
  update batches set completed = kept where id = new_batch.id;
  perform tally('operation', 'Submitted', new_batch.total);
  perform tally('operation', 'Completed', kept);
  perform tally(case new_batch.kind when 'rollback' then 'rollback_batch' else 'batch' end, 'Submitted', 1);
  if kept = new_batch.total then
    -- It was cancelled while its last operation completed, or there is nothing to undo: no later transition would end it.
    perform end_batch(new_batch.id);
  elsif request_locks(new_batch.infras, new_batch.id, 'batch') then
    promoted := start_batch(new_batch.id);
    perform pg_notify('orchestrator_ready', '');
  end if;
  return query select new_batch.id, 'created'::text, promoted;
end $$;

-- Pending → Running, when the batch holds the locks of all its infras. Returns the operations that became ready.
create function start_batch(p_batch uuid) returns uuid[] language plpgsql as $$
begin
  update batches set status = 'Running', started_at = now() where id = p_batch;
  perform record_event(null, p_batch, 0, 'started', 'Running', '{}');
  return promote_operations(p_batch);
end $$;

-- Returns how many more operations of a batch may become ready: within `parallel_limit`, and undo operations one at a time,
-- of which the next one also waits for retries.
create function room_in_batch(p_batch uuid) returns int language plpgsql as $$
declare
  batch batches;
  room int;
begin
  select * into batch from batches where id = p_batch;
  room := case batch.status when 'Running' then batch.parallel_limit when 'RollingBack' then 1 else 0 end
    -- Separate counts, each an index range scan: one count of all statuses would read every open operation of the batch.
    - (select count(*) from tasks where batch_id = p_batch and status = 'Ready')
    - (select count(*) from tasks where batch_id = p_batch and status = 'Running')
    - (select count(*) from tasks where batch_id = p_batch and status = 'Unknown');
  if batch.status = 'RollingBack' then
    room := room - (select count(*) from tasks where batch_id = p_batch and status = 'RetryWait' and kind = 'rollback');
  end if;
  return greatest(room, 0);
end $$;

-- Waiting → Ready, as many as room_in_batch allows. Returns the operations that became ready.
create function promote_operations(p_batch uuid) returns uuid[] language plpgsql as $$
declare
  room int := room_in_batch(p_batch);
  promoted uuid[];
begin
  if room = 0 then
    return '{}';
  end if;
  with chosen as (
    select id from tasks where batch_id = p_batch and status = 'Waiting' order by seq limit room
  ), changed as (
    update tasks set status = 'Ready', ready_at = clock_timestamp() from chosen where tasks.id = chosen.id
      returning tasks.id, seq
  )
  select coalesce(array_agg(id order by seq), '{}') into promoted from changed;
  if promoted <> '{}' then
    perform record_events(promoted, 'ready', '{}');
  end if;
  return promoted;
end $$;

-- Waiting → Running with one write, for a worker that has places for operations which become ready in its own round
-- (45_rounds.sql): promote_operations and claim_tasks would write each of them twice. Records the same events as they do.
-- p_commands, p_operations, p_total: the places of the worker, by runner and in all. Operations that find none are left to
-- promote_operations. Returns the operations that were started.
create function start_operations(p_batch uuid, p_worker uuid, p_commands int, p_operations int, p_total int) returns tasks[]
language plpgsql as $$
declare
  room int := room_in_batch(p_batch);
  started tasks[];
begin
  if room = 0 or p_total <= 0 then
    return '{}';
  end if;
  with next_ones as (
    select id, seq, runner, held, cancel_requested_at from tasks
      where batch_id = p_batch and status = 'Waiting' order by seq limit room
  ), fitting as (
    select id from (select id, seq, runner, row_number() over (partition by runner order by seq) as place
                      from next_ones where held is null and cancel_requested_at is null) numbered
      where place <= case runner when 'command' then p_commands else p_operations end order by seq limit p_total
  ), changed as (
    update tasks set status = 'Running', ready_at = clock_timestamp(), attempt = attempt + 1, worker_id = p_worker,
                     started_at = coalesce(started_at, clock_timestamp())
      from fitting where tasks.id = fitting.id returning tasks as task
  )
  select coalesce(array_agg(task order by (task).seq), '{}') into started from changed;
  if cardinality(started) > 0 then
    insert into event_chunks (type, status, batch_id, task_ids, attempts)
      select 'ready', 'Ready', p_batch, array_agg(t.id order by t.seq), array_agg(t.attempt - 1 order by t.seq)
        from unnest(started) as t;
    insert into event_chunks (type, status, batch_id, task_ids, attempts, details)
      select 'started', 'Running', p_batch, array_agg(t.id order by t.seq), array_agg(t.attempt order by t.seq),
             jsonb_build_object('worker_id', p_worker)
        from unnest(started) as t;
  end if;
  return started;
end $$;

-- Whether a failed operation of this batch cancels every operation that has not started.
create function failure_stops_batch(p_batch batches, p_kind text) returns boolean immutable language sql as $$
  select p_kind = 'operation' and p_batch.failed > 0 and (p_batch.on_failure = 'stop' or p_batch.rollback_enabled)
$$;

-- Applies the end of operations to their batch: counts them, releases their dependents, or cancels those that can no longer
-- run (docs/states/batch.md).
-- p_tasks: tasks that have ended. Those that are no operations of this batch change nothing.
create function settle_operations(p_batch uuid, p_tasks uuid[]) returns void language plpgsql as $$
declare
  batch batches;
  completed_now uuid[];
  others tasks[];
  other tasks;
  cancelled_now int := 0;
  reason text;
begin
  select coalesce(array_agg(t.id) filter (where t.status = 'Completed'), '{}'),
         coalesce(array_agg(t order by t.completed_at, t.seq) filter (where t.status <> 'Completed'), '{}')
    into completed_now, others
    from unnest(p_tasks) as ended (id) join tasks t on t.id = ended.id
    -- Not "=": the planner would scan all operations of the batch, few of which have just ended.
    where t.batch_id is not distinct from p_batch and t.kind = 'operation';
  if cardinality(completed_now) + cardinality(others) = 0 then
    return;
  end if;
  update batches set completed = completed + cardinality(completed_now),
                     failed = failed + (select count(*) from unnest(others) o where o.status = 'Failed'),
                     cancelled = cancelled + (select count(*) from unnest(others) o where o.status = 'Cancelled')
    where id = p_batch returning * into batch;
  perform record_batch_progress(batch);
  if cardinality(completed_now) > 0 then
    update tasks set pending_deps = pending_deps - met.n,
                     status = case when pending_deps = met.n and status = 'Blocked' then 'Waiting' else status end
      from (select op_id, count(*)::int as n from unnest(completed_now) as m (id) join op_deps on depends_on = m.id
              group by op_id) met
      where tasks.id = met.op_id;
  end if;
  foreach other in array others loop
    reason := case other.status when 'Failed' then ' failed.' else ' was cancelled.' end;
    if failure_stops_batch(batch, other.kind) then
      cancelled_now := cancelled_now + cancel_waiting(
        array(select id from tasks where batch_id = batch.id and status in ('Blocked', 'Waiting', 'Ready', 'RetryWait')),
        format('Not run: the operation "%s"%s', other.op_key, reason),
        jsonb_build_object('because_of', other.op_key));
    else
      cancelled_now := cancelled_now + cancel_waiting(array(
        -- Dependents of an operation that is no longer blocked were cancelled with it, so each operation is visited once.
        with recursive above (id) as (
          select op_id from op_deps join tasks t on t.id = op_deps.op_id where op_deps.depends_on = other.id and t.status = 'Blocked'
          union
          select op_deps.op_id from above join op_deps on op_deps.depends_on = above.id
            join tasks t on t.id = op_deps.op_id where t.status = 'Blocked'
        ) select id from above),
        format('Not run: the operation "%s", on which it depends,%s', other.op_key, reason),
        jsonb_build_object('because_of', other.op_key));
    end if;
  end loop;
  if cancelled_now > 0 then
    update batches set cancelled = cancelled + cancelled_now where id = batch.id;
  end if;
end $$;

-- Records the progress of a batch. For a batch of more than 100 operations at most once a second.
create function record_batch_progress(p_batch batches) returns void language plpgsql as $$
begin
  if p_batch.total > 100 then
    if p_batch.progress_told_at > now() - interval '1 second' then
      return;
    end if;
    update batches set progress_told_at = now() where id = p_batch.id;
  end if;
  perform record_event(null, p_batch.id, 0, 'progress', p_batch.status, jsonb_build_object(
    'total_steps', p_batch.total, 'completed_steps', p_batch.completed));
end $$;

-- Promotes what may start, begins the rollback, or ends the batch when nothing is left to run. Call it after every change
-- of the batch.
-- ended: the batch's id if it has ended, as a holder whose locks must be released; else empty. promoted: operations that
-- became ready.
-- A caller that waited for the batch's row may find that it has ended meanwhile: a batch ends once.
create function advance_batch(p_batch uuid) returns table (ended uuid[], promoted uuid[]) language plpgsql as $$
declare
  started uuid[] := promote_operations(p_batch);
  batch batches;
begin
  select * into batch from batches where id = p_batch;
  if batch.completed_at is not null or exists (select from tasks where batch_id = p_batch and status in
       ('Blocked', 'Waiting', 'Ready', 'Running', 'RetryWait', 'Unknown')) then
    return query select '{}'::uuid[], started;
    return;
  end if;
  if batch.status = 'Running' and batch.cancel_requested_at is null and batch.failed > 0 and batch.rollback_enabled
     and begin_rollback(batch) then
    return query select '{}'::uuid[], promote_operations(p_batch);
    return;
  end if;
  perform end_batch(p_batch);
  return query select array[p_batch], '{}'::uuid[];
end $$;

-- Running → RollingBack: adds a task for each operation that may have changed something, in the reverse order of
-- completion. Returns false if there is nothing to undo.
create function begin_rollback(p_batch batches) returns boolean language plpgsql as $$
declare
  undoing uuid[];
begin
  with added as (
    insert into tasks (id, kind, name, status, runner, infra, check_mode, program, verb, args, max_attempts, retries,
                       timeout_seconds, batch_id, op_key, seq, compensates, idempotency_key, created_by, created_by_name,
                       request_id, traceparent, scope_id, held)
      select made.id, 'rollback', 'undo_' || o.op_key, 'Waiting', o.runner, o.infra, false, o.program, o.verb, o.args, 5,
             greatest(o.retries, 2), o.timeout_seconds, o.batch_id, o.op_key,
             row_number() over (order by o.completed_at desc, o.seq desc)::int, o.id, made.id, o.created_by,
             o.created_by_name, o.request_id, o.traceparent, o.scope_id, o.held
        from tasks o cross join lateral (select new_id() as id where o.id is not null) made
        where o.batch_id = p_batch.id and o.kind = 'operation' and o.undoable
          and (o.status = 'Completed' or (o.runner = 'operation' and o.attempt > 0))
      returning id
  )
  select coalesce(array_agg(id), '{}') into undoing from added;
  if cardinality(undoing) = 0 then
    return false;
  end if;
  update batches set status = 'RollingBack' where id = p_batch.id;
  perform tally('rollback', 'Submitted', cardinality(undoing));
  perform record_event(null, p_batch.id, 0, 'rolling_back', 'RollingBack', jsonb_build_object('operations', cardinality(undoing)));
  perform record_events(undoing, 'submitted', '{}');
  return true;
end $$;

-- Running, Pending or RollingBack → terminal. Writes the status, the error text and the event.
create function end_batch(p_batch uuid) returns void language plpgsql as $$
declare
  batch batches;
  not_undone text;
  failure text;
begin
  select * into batch from batches where id = p_batch;
  select format('Operation "%s" failed: %s', op_key, error) into failure from tasks
    where batch_id = p_batch and kind = 'operation' and status = 'Failed' order by completed_at, seq limit 1;
  if batch.failed > 1 then
    failure := format('%s operations failed, first: %s', batch.failed, failure);
  end if;
  failure := as_sentence(failure);
  select string_agg(format('"%s" (%s)', o.op_key, coalesce(rtrim(u.error, '.'), 'it has no undo_commands')), ', ' order by o.seq)
    into not_undone from tasks o left join tasks u on u.compensates = o.id and u.batch_id = o.batch_id
    where o.batch_id = p_batch and o.kind = 'operation' and o.status = 'Completed' and u.status is distinct from 'Completed';
  update batches set completed_at = now(), status = case
      when cancel_requested_at is not null then 'Cancelled'
      when batch.failed > 0 and rollback_enabled and not exists (
        select from tasks where batch_id = p_batch and kind = 'rollback' and status <> 'Completed') then 'RolledBack'
      when batch.failed > 0 then 'Failed'
      when batch.cancelled > 0 then 'Cancelled'
      else 'Completed' end,
    error = case
      when batch.failed = 0 then batch.error
      when not batch.rollback_enabled or batch.cancel_requested_at is not null then failure
      when not_undone is null then failure || ' What the batch had made was undone.'
      else failure || ' Not undone: ' || not_undone || '.' end
    where id = p_batch returning * into batch;
  perform record_event(null, p_batch, 0, 'finished', batch.status, jsonb_strip_nulls(jsonb_build_object(
    'completed', batch.completed, 'failed', batch.failed, 'cancelled', batch.cancelled, 'error', batch.error)));
  perform tally(case batch.kind when 'rollback' then 'rollback_batch' else 'batch' end, batch.status, 1, batch.started_at);
end $$;

-- Cancels the operations that have not started and asks the workers of the others to end them.
-- outcome: `cancelled`, `requested` (operations are still running), `ended`, `refused` (a rollback runs to its end),
-- `unknown`.
-- ready: tasks that became ready.
create function cancel_batch(p_batch uuid, p_by text, p_actor jsonb default null)
returns table (outcome text, ready uuid[]) language plpgsql as $$
declare
  batch batches;
  stopped int;
  over uuid[];
begin
  select * into batch from batches where id = p_batch for update;
  if not found then
    return query select 'unknown'::text, '{}'::uuid[];
  elsif batch.status = 'RollingBack' then
    return query select 'refused'::text, '{}'::uuid[];
  elsif batch.status not in ('Pending', 'Running') then
    return query select 'ended'::text, '{}'::uuid[];
  else
    stopped := cancel_waiting(array(
      select id from tasks where batch_id = p_batch and (status in ('Blocked', 'Waiting', 'Ready', 'RetryWait')
                                                         or (status = 'Unknown' and worker_id is null))),
      'Cancelled with its batch by ' || p_by || '.', jsonb_build_object('by', p_by));
    update batches set cancel_requested_at = coalesce(cancel_requested_at, now()), cancelled = cancelled + stopped,
                       error = coalesce(error, 'Cancelled by ' || p_by || '.')
      where id = p_batch;
    perform record_event(null, p_batch, 0, 'cancel_requested', batch.status, jsonb_build_object('by', p_by), p_actor);
    update tasks set cancel_requested_at = coalesce(cancel_requested_at, now())
      where batch_id = p_batch and status in ('Running', 'Unknown');
    perform pg_notify('orchestrator_cancelled', '');
    select b.ended into over from advance_batch(p_batch) b;
    return query select case cardinality(over) when 0 then 'requested' else 'cancelled' end, release_locks(over);
  end if;
end $$;

-- RetryWait → Waiting for operations whose time of retry has come. At most 100 tasks are examined. Returns the operations
-- that became ready.
create function promote_due_retries() returns uuid[] language plpgsql as $$
declare
  due_batch uuid;
  promoted uuid[] := '{}';
begin
  for due_batch in select distinct batch_id from tasks where status = 'RetryWait' and run_after <= now() limit 100 loop
    perform from batches where id = due_batch for update skip locked;
    continue when not found;
    update tasks set status = 'Waiting', run_after = null
      where batch_id = due_batch and status = 'RetryWait' and run_after <= now();
    promoted := promoted || promote_operations(due_batch);
  end loop;
  return promoted;
end $$;
