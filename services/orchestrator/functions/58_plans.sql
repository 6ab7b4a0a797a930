-- A plan is a stored preview of a change, with its decisions (docs/states/plan.md). Each transition is a compare-and-set under
-- the lock of the plan's row. A plan that is executed is the holder of its infra locks until its batch starts: the holder's id
-- is `run_id`, which becomes the id of the batch, of the task of a workflow, or of the rollback.

-- Whether a plan may go from one status to another: the table of docs/states/plan.md.
create function plan_may_become(p_from text, p_to text) returns boolean immutable language sql as $$
  select p_to = any (case p_from
    when 'Planning' then array['Planned', 'Failed', 'Cancelled']
    when 'Planned' then array['Approved', 'Rejected', 'Expired', 'Cancelled']
    when 'Approved' then array['Planned', 'Executing', 'Rejected', 'Expired', 'Cancelled']
    when 'Executing' then array['Planned', 'Approved', 'Executed', 'Stale', 'Cancelled']
    else '{}' end)
$$;

-- Stores a plan and the task that plans it.
-- p_plan: NewPlanRow (postgres/plans/plan-rows.ts). p_task: NewTaskRow (postgres/tasks/task-submissions.ts); null where the
-- caller plans it at once.
-- outcome: `created`; `replayed`, `conflict` (see claim_idempotency_key).
create function submit_plan(p_plan jsonb, p_task jsonb, p_principal text, p_key text, p_hash text)
returns table (plan_id uuid, outcome text) language plpgsql as $$
declare
  new_plan plans;
  taken record;
begin
  new_plan := jsonb_populate_record(null::plans, p_plan);
  select * into taken from claim_idempotency_key(p_principal, p_key, p_hash, new_plan.id);
  if taken.outcome <> 'new' then
    return query select taken.first_id, taken.outcome;
    return;
  end if;
  insert into plans (id, kind, name, status, request, infras, scope_id, created_by, created_by_name, request_id, traceparent,
                     actor, planning_task)
    values (new_plan.id, new_plan.kind, new_plan.name, 'Planning', new_plan.request, new_plan.infras, new_plan.scope_id,
            new_plan.created_by, new_plan.created_by_name, new_plan.request_id, new_plan.traceparent, new_plan.actor,
            new_plan.planning_task);
  if p_task is not null then
    perform submit_tasks(jsonb_build_array(p_task));
  end if;
  perform record_plan_event(new_plan.id, '{}', new_plan.actor);
  return query select new_plan.id, 'created'::text;
end $$;

-- Records the present status of a plan as an event, and counts it. p_details: further members of the event's details:
-- {previous}, the status before. `required` is the number of requirements when the plan was made.
create function record_plan_event(p_plan uuid, p_details jsonb, p_actor jsonb) returns void language plpgsql as $$
begin
  perform tally('plan', status, 1), record_event(null, null, 0, 'plan_changed', status, jsonb_strip_nulls(jsonb_build_object(
           'plan_id', id, 'kind', kind, 'name', name, 'infras', infras, 'scope_id', scope_id, 'digest', digest,
           'created_by', created_by, 'batch_id', case when status = 'Executed' and kind = 'batch' then run_id end,
           'task_id', case when status = 'Executed' and kind = 'workflow' then run_id end,
           'rollback_id', case when status = 'Executed' and kind in ('rollback', 'restore') then run_id end, 'error', error,
           'required', jsonb_array_length(requirements))) || p_details,
         p_actor)
    from plans where id = p_plan;
end $$;

-- Sets the status of a plan, if it has one from which that is allowed. Returns whether it was set.
-- p_set: the columns that change with it: digest, inputs, content, expires_at, moved, requirements,
-- error.
-- p_from: the statuses of which the caller knows; other transitions to p_to are not made.
create function change_plan(p_plan uuid, p_from text[], p_to text, p_set jsonb, p_actor jsonb) returns boolean
language plpgsql as $$
declare
  found_plan plans;
begin
  select * into found_plan from plans where id = p_plan for update;
  if not found or found_plan.status <> all (p_from) or not plan_may_become(found_plan.status, p_to) then
    return false;
  end if;
  update plans set
      status = p_to,
      digest = coalesce(p_set ->> 'digest', digest),
      inputs = coalesce(p_set -> 'inputs', inputs),
      content = coalesce(p_set -> 'content', content),
      expires_at = coalesce((p_set ->> 'expires_at')::timestamptz, expires_at),
      moved = coalesce(p_set -> 'moved', moved),
      requirements = coalesce(p_set -> 'requirements', requirements),
      error = p_set ->> 'error',
      planned_at = case when found_plan.status = 'Planning' and p_to = 'Planned' then now() else planned_at end,
      run_id = case when p_to in ('Planned', 'Approved') then null else run_id end,
      executor = case when p_to in ('Planned', 'Approved') then null else executor end,
      verification_task = case when p_to in ('Planned', 'Approved') then null else verification_task end,
      ended_at = case when p_to in ('Planning', 'Planned', 'Approved', 'Executing') then null else now() end
    where id = p_plan;
  perform record_plan_event(p_plan, jsonb_build_object('previous', found_plan.status), p_actor);
  if found_plan.status = 'Executing' and p_to <> 'Executed' then
    if release_locks(array[found_plan.run_id]) <> '{}' then
      perform pg_notify('orchestrator_ready', '');
    end if;
  end if;
  return true;
end $$;

-- Approved → Executing: joins the lock queues of the plan's infras. A second execution gets the run of the first.
-- p_executor: Submitter (domain/workflow/submitter.ts).
-- outcome: `started`; `running` (run_id is that of the first execution); `expired`; `refused` (another status).
create function begin_plan_execution(p_plan uuid, p_run uuid, p_executor jsonb, p_actor jsonb)
returns table (outcome text, run_id uuid) language plpgsql as $$
declare
  plan plans;
begin
  select * into plan from plans where id = p_plan for update;
  if plan.status in ('Executing', 'Executed') then
    return query select 'running'::text, plan.run_id;
  elsif plan.status is distinct from 'Approved' then
    return query select 'refused'::text, null::uuid;
  elsif plan.expires_at <= now() then
    return query select 'expired'::text, null::uuid;
  else
    update plans p set status = 'Executing', run_id = p_run, executor = p_executor where p.id = p_plan;
    perform request_locks(plan.infras, p_run, 'plan');
    perform record_plan_event(p_plan, jsonb_build_object('previous', plan.status), p_actor);
    return query select 'started'::text, p_run;
  end if;
end $$;

-- Stores the task that plans again under the locks, once they are granted. Returns whether this call stored it.
-- p_task: NewTaskRow.
create function verify_plan(p_plan uuid, p_task jsonb) returns boolean language plpgsql as $$
begin
  update plans set verification_task = (p_task ->> 'id')::uuid
    where id = p_plan and status = 'Executing' and verification_task is null
      and exists (select from locks where holder_id = run_id and granted_at is not null);
  if not found then
    return false;
  end if;
  perform submit_tasks(jsonb_build_array(p_task));
  return true;
end $$;

-- Gives the locks of a plan that is executed to its batch or task. Returns the plan, whose row stays locked; null if it is not
-- executed with this verification and this run any more.
-- p_verification: the task that planned again; null where no provider is asked.
-- p_holder_kind: `batch` or `task`.
create function hand_over_locks(p_plan uuid, p_verification uuid, p_run uuid, p_holder_kind text) returns plans
language plpgsql as $$
declare
  plan plans;
begin
  select * into plan from plans where id = p_plan for update;
  if plan.status is distinct from 'Executing' or plan.verification_task is distinct from p_verification
     or plan.run_id is distinct from p_run then
    return null;
  end if;
  update locks set holder_kind = p_holder_kind where holder_id = p_run;
  return plan;
end $$;

-- Executing → Executed: the batch, or the batch of a rollback, takes over the locks and starts. Returns the operations that
-- became ready; null if the plan is not executed with this verification any more.
-- p_verification: see hand_over_locks. p_batch, p_operations: see submit_batch.
create function start_planned_batch(p_plan uuid, p_verification uuid, p_batch jsonb, p_operations jsonb) returns uuid[]
language plpgsql as $$
declare
  plan plans := hand_over_locks(p_plan, p_verification, (p_batch ->> 'id')::uuid, 'batch');
  started record;
begin
  if plan.id is null then
    return null;
  end if;
  select * into started from submit_batch(p_batch, p_operations, null, null, null);
  perform change_plan(p_plan, array['Executing'], 'Executed', '{}', plan.executor -> 'actor');
  return started.ready;
end $$;

-- The same for a workflow: its task takes over the lock and becomes ready. Returns whether this call started it.
-- p_task: NewTaskRow.
create function start_planned_task(p_plan uuid, p_verification uuid, p_task jsonb) returns boolean language plpgsql as $$
declare
  plan plans := hand_over_locks(p_plan, p_verification, (p_task ->> 'id')::uuid, 'task');
begin
  if plan.id is null then
    return false;
  end if;
  perform submit_tasks(jsonb_build_array(p_task));
  return change_plan(p_plan, array['Executing'], 'Executed', '{}', plan.executor -> 'actor');
end $$;

-- Stores a decision of a user, which replaces an earlier one. Returns whether it was stored: the plan must have that digest and
-- wait for decisions or for its execution.
create function decide_plan(p_plan uuid, p_decision jsonb, p_actor jsonb) returns boolean language plpgsql as $$
declare
  decision plan_decisions;
begin
  decision := jsonb_populate_record(null::plan_decisions, p_decision);
  perform from plans where id = p_plan and digest = decision.digest and status in ('Planned', 'Approved')
    and (expires_at is null or expires_at > now()) for update;
  if not found then
    return false;
  end if;
  insert into plan_decisions (plan_id, user_id, username, session_id, decision, comment, digest)
    values (p_plan, decision.user_id, decision.username, decision.session_id, decision.decision, decision.comment, decision.digest)
    on conflict (plan_id, user_id) do update
      set username = excluded.username, session_id = excluded.session_id, decision = excluded.decision,
          comment = excluded.comment, digest = excluded.digest, decided_at = now();
  perform record_plan_decision(p_plan, decision.decision, decision.comment, p_actor);
  return true;
end $$;

-- Removes the approval of a user. Returns whether there was one that could be removed.
create function withdraw_plan_approval(p_plan uuid, p_user uuid, p_actor jsonb) returns boolean language plpgsql as $$
begin
  perform from plans where id = p_plan and status in ('Planned', 'Approved') for update;
  if not found then
    return false;
  end if;
  delete from plan_decisions where plan_id = p_plan and user_id = p_user and decision = 'approve';
  if not found then
    return false;
  end if;
  perform record_plan_decision(p_plan, 'withdraw', null, p_actor);
  return true;
end $$;

-- Records a decision as an event. p_decision: approve, reject or withdraw.
create function record_plan_decision(p_plan uuid, p_decision text, p_comment text, p_actor jsonb) returns void
language sql as $$
  select record_event(null, null, 0, 'plan_decided', status, jsonb_strip_nulls(jsonb_build_object(
           'plan_id', id, 'digest', digest, 'decision', p_decision, 'comment', p_comment)), p_actor)
    from plans where id = p_plan
$$;
