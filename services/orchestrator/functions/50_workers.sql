-- Renews the lease of a worker for p_lease.
-- Returns the tasks that it should be running, [{id, attempt, cancel}] (RunningTask in domain/worker/ledger.ts); null if
-- the worker was declared dead.
create function heartbeat(p_worker uuid, p_lease interval) returns jsonb language plpgsql as $$
begin
  update workers set lease_until = now() + p_lease where id = p_worker and state = 'alive';
  if not found then
    return null;
  end if;
  return coalesce((select jsonb_agg(jsonb_build_object('id', id, 'attempt', attempt,
                                                       'cancel', cancel_requested_at is not null))
                   from tasks where worker_id = p_worker and status in ('Running', 'Unknown')), '[]');
end $$;

-- Stores why a worker cannot start commands now (at most 2,000 characters); null: it can. Ignored for a worker that was
-- declared dead.
create function report_worker_fault(p_worker uuid, p_fault text) returns void language sql as $$
  update workers set fault = left(p_fault, 2000) where id = p_worker and state = 'alive'
$$;

-- Has a worker claim nothing more, from the commit on: this waits for the round in which it claims at this moment
-- (45_rounds.sql). Returns whether that is new: false for a worker that drains already or was declared dead.
create function drain_worker(p_worker uuid) returns boolean language plpgsql as $$
begin
  update workers set draining_since = now() where id = p_worker and state = 'alive' and draining_since is null;
  return found;
end $$;

-- Ends an attempt whose worker or executor is lost and whose processes have ended.
-- A task that may be repeated becomes Ready again. One that must not be repeated, or was lost too often, becomes Unknown
-- if its outcome can be found out, else Failed.
-- p_planned: the worker was stopped on purpose. Such a stop does not count as a loss, but a task that must not run twice
--   is treated as lost.
-- The caller holds the locks of the rows of the task and of its batch.
create function requeue_or_fail_lost_task(p_task tasks, p_reason text, p_planned boolean) returns tasks language plpgsql as $$
declare
  lost tasks := p_task;
  next_status text;
begin
  next_status := case
    when lost.cancel_requested_at is not null then 'Cancelled'
    when p_planned and lost.status = 'Unknown' then 'Unknown'
    when p_planned and lost.repeatable then 'Ready'
    when lost.status = 'Unknown' then case when lost.losses + 1 < 2 * lost.max_attempts then 'Unknown' else 'Failed' end
    when lost.repeatable and lost.losses + 1 < lost.max_attempts then 'Ready'
    when lost.reconcilable then 'Unknown'
    else 'Failed' end;
  update tasks set
      status = next_status, worker_id = null, losses = losses + (not p_planned)::int,
      -- It keeps its place before newer tasks.
      ready_at = case when next_status in ('Ready', 'Unknown') then ready_at end,
      completed_at = case when is_terminal(next_status) then now() end,
      error = case next_status
        when 'Cancelled' then 'Cancelled. ' || p_reason
        when 'Failed' then case
          when not lost.repeatable then 'It was lost while it ran and must not run twice. ' || p_reason
          when lost.losses = 0 then 'Given up after 1 lost attempt. ' || p_reason
          else 'Given up after ' || lost.losses + 1 || ' lost attempts. ' || p_reason end
        else lost.error end
    where id = lost.id returning * into lost;
  perform record_event(lost.id, lost.batch_id, lost.attempt, case next_status
      when 'Ready' then 'requeued' when 'Unknown' then 'outcome_unknown' when 'Cancelled' then 'cancelled'
      else 'finished' end, next_status, jsonb_build_object('reason', p_reason));
  if is_terminal(next_status) then
    perform tally(lost.kind, next_status, 1, lost.started_at);
    perform close_journals(array[lost.id]);
    if lost.batch_id is not null then
      perform settle_operations(lost.batch_id, array[lost.id]);
    end if;
  end if;
  return lost;
end $$;

-- Declares a worker dead, once, and requeues or fails its tasks.
-- p_expired: only if its lease has ended; else the caller has proven that its processes have ended.
-- p_planned: see requeue_or_fail_lost_task.
-- Returns the tasks that became ready.
create function release_worker(p_worker uuid, p_reason text, p_planned boolean, p_expired boolean) returns uuid[]
language plpgsql as $$
declare
  lost tasks;
  batch uuid;
  over uuid[];
  more uuid[];
  ended uuid[] := '{}';
  promoted uuid[] := '{}';
  batch_ids uuid[];
begin
  update workers set state = 'dead' where id = p_worker and (not p_expired or (state = 'alive' and lease_until < now()));
  if not found and p_expired then
    return '{}';
  end if;
  batch_ids := array(select distinct batch_id from tasks
                   where worker_id = p_worker and status in ('Running', 'Unknown') and batch_id is not null order by 1);
  perform from batches where id = any (batch_ids) order by id for update;
  for lost in
    select * from tasks where worker_id = p_worker and status in ('Running', 'Unknown') order by id for update
  loop
    lost := requeue_or_fail_lost_task(lost, p_reason, p_planned);
    if is_terminal(lost.status) then
      ended := ended || lost.id;
    else
      promoted := promoted || lost.id;
    end if;
  end loop;
  foreach batch in array batch_ids loop
    select b.ended, b.promoted into over, more from advance_batch(batch) b;
    ended := ended || over;
    promoted := promoted || more;
  end loop;
  return promoted || release_locks(ended);
end $$;

-- Ends one attempt that was lost although its worker lives: the driver host that ran it is gone.
-- p_begun: false if it was never handed over. Then it does not count as a loss and may be repeated even where the task is
--   not repeatable.
-- Returns the tasks that became ready.
create function report_lost_attempt(p_id uuid, p_attempt int, p_worker uuid, p_reason text, p_begun boolean) returns uuid[]
language plpgsql as $$
declare
  lost tasks;
  over uuid[];
  more uuid[] := '{}';
begin
  perform from batches where id = (select batch_id from tasks where id = p_id) for update;
  select * into lost from tasks
    where id = p_id and attempt = p_attempt and worker_id = p_worker and status in ('Running', 'Unknown') for update;
  if not found then
    return '{}';
  end if;
  lost.repeatable := lost.repeatable or not p_begun;
  lost := requeue_or_fail_lost_task(lost, p_reason, not p_begun);
  over := array[lost.id];
  if lost.batch_id is not null then
    select b.ended, b.promoted into over, more from advance_batch(lost.batch_id) b;
  end if;
  return more || case when is_terminal(lost.status) then release_locks(over) else array[lost.id] end;
end $$;
