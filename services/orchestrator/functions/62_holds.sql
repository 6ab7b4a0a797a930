-- Holds: work that no worker claims until a user releases it, because the database was restored from a backup or because
-- the work waited too long without a worker.

-- Returns the identifier and the timeline of the database cluster; no row where the role may not read them.
create function read_database_identity() returns table (system_identifier text, timeline int) stable language plpgsql as $$
begin
  return query select s.system_identifier::text, c.timeline_id from pg_control_system() s, pg_control_checkpoint() c;
exception when insufficient_privilege or undefined_function then
  return;
end $$;

-- Whether the database is in the cluster that was recorded. Until a process has noticed a restore, nothing is claimed.
create function is_database_known() returns boolean stable language plpgsql as $$
begin
  return not exists (select from database_identity known, read_database_identity() present
                       where known.system_identifier <> present.system_identifier);
end $$;

-- Compares the cluster with the recorded one and records it.
-- outcome: `known`; `recorded` (there was no record, or the role may not read the identifier); `other_timeline` (after a
-- failover or a recovery to a point in time); `restored` (another cluster: the work is held now).
create function check_database() returns text language plpgsql as $$
declare
  known database_identity;
  present record;
begin
  perform pg_advisory_xact_lock(hashtextextended('database_identity', 0));
  select * into known from database_identity;
  select * into present from read_database_identity();
  if present.system_identifier is null
     or (known.system_identifier = present.system_identifier and known.timeline = present.timeline) then
    return case when known.system_identifier is null then 'recorded' else 'known' end;
  end if;
  insert into database_identity (system_identifier, timeline) values (present.system_identifier, present.timeline)
    on conflict (one_row) do update set system_identifier = excluded.system_identifier, timeline = excluded.timeline,
                                        noted_at = now();
  if known.system_identifier is null then
    return 'recorded';
  elsif known.system_identifier = present.system_identifier then
    return 'other_timeline';
  end if;
  perform hold_restored_work('The database is in another cluster than before: it was restored from a backup.');
  return 'restored';
end $$;

-- Holds all open work, because the database was restored from a backup. Running tasks become Unknown. Every worker is
-- declared dead: an executor that runs attempts ends them, and registers anew.
-- Sequences jump, so that no id that a client saw before the restore is used for something else.
-- p_actor: ActorRow of the user who reported the restore; null: a process noticed it.
create function hold_restored_work(p_reason text, p_actor jsonb default null) returns void language plpgsql as $$
declare
  lost uuid[];
  sequence_name text;
  step bigint;
begin
  perform pg_advisory_xact_lock(hashtextextended('restore_holds', 0));
  update restore_holds set ended_at = now() where ended_at is null;
  insert into restore_holds (id, reason) values (new_id(), p_reason);
  update workers set state = 'dead' where state = 'alive';
  perform from batches where completed_at is null order by id for update;
  perform from tasks where completed_at is null order by id for update;
  lost := array(select id from tasks where status = 'Running');
  -- Operations of open batches that have ended are held as well: a rollback of them is held with its batch.
  update tasks set held = 'restored', worker_id = null,
                   status = case when status = 'Running' then 'Unknown' else status end
    where completed_at is null or batch_id in (select id from batches where completed_at is null);
  for sequence_name, step in
    select format('%I.%I', schemaname, sequencename), increment_by from pg_sequences
      where schemaname = current_schema() and data_type = 'bigint'::regtype
  loop
    -- In whole steps: numbers of events are multiples of the step.
    perform setval(sequence_name, nextval(sequence_name) + 1000000 * step);
  end loop;
  perform record_events(lost, 'outcome_unknown', jsonb_build_object('reason', p_reason));
  perform record_event(null, null, 0, 'told', 'Done', jsonb_build_object(
    'action', 'platform.hold', 'resource', 'state/hold', 'reason', p_reason), p_actor);
end $$;

-- Returns why a new task on this infra is held; null if it is not. A request may pass the check of its API process just
-- before the hold begins.
create function why_held(p_infra text) returns text stable language sql as $$
  select 'restored' from restore_holds where ended_at is null and not p_infra = any (released)
$$;

-- Ends the hold of infras, and decides what happens to the work that was held.
-- p_infras: null stands for all. A batch is released with the last of its infras.
-- p_action: `resume` (all work continues; the outcome of attempts that ran is determined where their provider can say,
--   else they run again where that is safe), `reconcile` (only outcomes are determined; nothing that was waiting starts)
--   or `cancel`.
-- p_by: user name for the error texts. p_actor: ActorRow of that user.
-- Returns {batches, tasks, cancelled, failed, left}: numbers of the batches and standalone tasks that were released, of
--   tasks that were cancelled or failed at once, and of tasks that are still held.
create function release_held_work(p_infras text[], p_action text, p_by text, p_actor jsonb) returns jsonb
language plpgsql as $$
declare
  freed text[];
  batch_ids uuid[];
  task_ids uuid[];
  batch uuid;
  over uuid[];
  ended uuid[] := '{}';
  stopped int := 0;
  given_up int := 0;
begin
  perform pg_advisory_xact_lock(hashtextextended('restore_holds', 0));
  update restore_holds set
      released = case when p_infras is null then released
                      else array(select distinct name from unnest(released || p_infras) as name order by 1) end,
      ended_at = case when p_infras is null then now() end
    where ended_at is null returning released into freed;
  freed := coalesce(freed, '{}') || coalesce(p_infras, '{}');
  batch_ids := array(select id from batches b where completed_at is null
                       and exists (select from tasks t where t.batch_id = b.id and t.held is not null)
                       and (p_infras is null or b.infras <@ freed) order by id);
  perform from batches where id = any (batch_ids) order by id for update;
  task_ids := array(select id from tasks where held is not null and completed_at is null and batch_id is null
                      and (p_infras is null or infra = any (freed)) order by id);
  perform from tasks where (id = any (task_ids) or batch_id = any (batch_ids)) and completed_at is null order by id for update;
  foreach batch in array batch_ids loop
    select r.cancelled + stopped, r.failed + given_up into stopped, given_up
      from release_tasks(array(select id from tasks where batch_id = batch and held is not null), batch, p_action, p_by, p_actor) r;
    select b.ended into over from advance_batch(batch) b;
    ended := ended || over;
  end loop;
  select r.cancelled + stopped, r.failed + given_up into stopped, given_up
    from release_tasks(task_ids, null, p_action, p_by, p_actor) r;
  ended := ended || array(select id from tasks where id = any (task_ids) and completed_at is not null);
  perform release_locks(ended);
  perform record_event(null, null, 0, 'told', 'Done', jsonb_build_object(
    'action', 'platform.release', 'resource', 'state/hold', 'release', p_action, 'infras', to_jsonb(p_infras),
    'batches', cardinality(batch_ids), 'tasks', cardinality(task_ids)), p_actor);
  perform pg_notify('orchestrator_ready', '');
  return jsonb_build_object('batches', cardinality(batch_ids), 'tasks', cardinality(task_ids), 'cancelled', stopped,
    'failed', given_up,
    'left', (select count(*) from tasks where held is not null and completed_at is null));
end $$;

-- Releases tasks of one batch, or standalone tasks (p_batch is null). The caller holds the locks of their rows, advances
-- the batch and releases the locks of what has ended.
-- cancelled, failed: numbers of tasks.
create function release_tasks(p_tasks uuid[], p_batch uuid, p_action text, p_by text, p_actor jsonb)
returns table (cancelled int, failed int) language plpgsql as $$
#variable_conflict use_column
declare
  attempt tasks;
  stopping uuid[];
  why text := case p_action when 'reconcile'
    then 'Cancelled by ' || p_by || ': after the hold, only outcomes were determined.'
    else 'Cancelled by ' || p_by || ' when the hold ended.' end;
begin
  cancelled := 0;
  failed := 0;
  update tasks set held = null where id = any (p_tasks);
  if p_action <> 'resume' then
    stopping := array(select id from tasks where id = any (p_tasks) and (status in ('Blocked', 'Waiting', 'Ready', 'RetryWait')
                                                                          or (p_action = 'cancel' and status = 'Unknown')));
    if p_batch is not null then
      update batches set cancel_requested_at = coalesce(cancel_requested_at, now()), error = coalesce(error, why),
                         cancelled = batches.cancelled + (select count(*) from tasks where id = any (stopping) and kind = 'operation')
        where id = p_batch;
    end if;
    cancelled := cancel_waiting(stopping, why, jsonb_build_object('by', p_by), p_actor);
    -- Its worker's lease has ended, and no worker has noticed that yet.
    update tasks set cancel_requested_at = coalesce(cancel_requested_at, now())
      where id = any (p_tasks) and p_action = 'cancel' and status = 'Running';
  end if;
  for attempt in select * from tasks where id = any (p_tasks) and status = 'Unknown' and worker_id is null
                   and (not reconcilable or cancel_requested_at is not null) order by id loop
    -- It was being cancelled, or nothing can say what this attempt did. It is repeated only where that is safe, and never to find out an outcome.
    attempt.status := 'Running';
    attempt.repeatable := attempt.repeatable and p_action = 'resume';
    attempt := requeue_or_fail_lost_task(attempt, 'The platform was restored from a backup while it ran.', false);
    failed := failed + (attempt.status = 'Failed')::int;
  end loop;
  return next;
end $$;

-- Registers a worker for p_lease. Holds work that waited for more than p_stale seconds while no worker was alive; 0 turns
-- that off: work that its submitter no longer expects must not start when the workers return.
create function register_worker(p_id uuid, p_host text, p_boot_id text, p_slot int, p_pid int, p_lease interval, p_stale int)
returns void language plpgsql as $$
declare
  last_alive timestamptz;
  waited uuid[];
begin
  -- The first of several workers that start at once decides.
  perform pg_advisory_xact_lock(hashtextextended('workers', 0));
  select max(lease_until) into last_alive from workers;
  if p_stale > 0 and last_alive < now() - make_interval(secs => p_stale) then
    perform from batches where completed_at is null order by id for update;
    waited := array(select id from tasks t where held is null and completed_at is null and created_at < now() - make_interval(secs => p_stale)
                      order by id for update);
    update tasks set held = 'stale'
      where id = any (waited) or batch_id in (select batch_id from tasks w where w.id = any (waited));
    if cardinality(waited) > 0 then
      perform record_event(null, null, 0, 'told', 'Done', jsonb_build_object(
        'action', 'platform.hold', 'resource', 'state/hold', 'tasks', cardinality(waited),
        'reason', format('No worker was alive for more than %s s.', p_stale)));
    end if;
  end if;
  insert into workers (id, host, boot_id, slot, pid, state, lease_until)
    values (p_id, p_host, p_boot_id, p_slot, p_pid, 'alive', now() + p_lease) on conflict (id) do nothing;
end $$;
