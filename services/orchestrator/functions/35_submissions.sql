-- Concurrent submissions share one transaction: one commit and one round trip for all of them.

-- Stores several tasks.
-- p_submissions: NewTaskRow[] (postgres/tasks/task-submissions.ts), in order of arrival: the columns of `tasks`, with
--   `principal`, `key` and `hash` of an Idempotency-Key.
--   `runner` is `command` where absent; `spec` goes to `task_specs`. A retry without `spec` has that of the task that it
--   retries. A task that executes a plan has its lock already.
-- Returns one row for each submission: `id` is the submitted id, `task_id` that of the answer.
-- outcome: `created` (task_status is Ready, or Waiting for the infra), `replayed` or `conflict` (see
-- claim_idempotency_key; task_status is null).
-- All keys are claimed before all locks, each in one global order, so that concurrent calls do not deadlock.
create function submit_tasks(p_submissions jsonb)
returns table (id uuid, task_id uuid, outcome text, task_status text) language plpgsql as $$
declare
  keyed record;
  taken record;
  wanted text;
  repeated jsonb := '{}';
begin
  for keyed in select s.* from jsonb_to_recordset(p_submissions) as s (id uuid, principal text, key text, hash text)
               where s.key is not null order by s.principal, s.key, s.id loop
    select * into taken from claim_idempotency_key(keyed.principal, keyed.key, keyed.hash, keyed.id);
    if taken.outcome <> 'new' then
      repeated := repeated || jsonb_build_object(keyed.id, jsonb_build_object('outcome', taken.outcome, 'first', taken.first_id));
    end if;
  end loop;

  for wanted in select distinct s.infra from jsonb_to_recordset(p_submissions) as s (id uuid, infra text, check_mode boolean)
                where not s.check_mode and not jsonb_exists(repeated, s.id::text) order by 1 loop
    perform lock_infra(wanted);
  end loop;
  insert into locks (infra, ticket, holder_id, holder_kind, granted_at)
    select drawn.infra, drawn.ticket, drawn.id, 'task',
           case when not exists (select from locks l where l.infra = drawn.infra)
                 and drawn.ticket = min(drawn.ticket) over (partition by drawn.infra) then now() end
      from (select s.infra, s.id, nextval('lock_tickets') as ticket
              from jsonb_to_recordset(p_submissions) as s (id uuid, infra text, check_mode boolean)
             where not s.check_mode and not jsonb_exists(repeated, s.id::text)
               and not exists (select from locks held where held.holder_id = s.id)) drawn;

  return query
  with submitted as (
    select s.*, case when s.check_mode or l.granted_at is not null then 'Ready' else 'Waiting' end as status
      from jsonb_to_recordset(p_submissions) as s (
             id uuid, kind text, name text, infra text, check_mode boolean, program text, verb text[], args text[],
             max_attempts int, reconcilable boolean, retry_of uuid, created_by uuid, created_by_name text,
             request_id text, traceparent text, actor jsonb, granted_on jsonb, scope_id uuid, runner text, spec jsonb)
      left join locks l on l.holder_id = s.id
     where not jsonb_exists(repeated, s.id::text)
  ), stored as (
    insert into tasks (id, kind, name, status, infra, check_mode, program, verb, args, max_attempts, reconcilable, retry_of,
                       runner, idempotency_key, ready_at, created_by, created_by_name, request_id, traceparent, actor,
                       granted_on, scope_id, held)
      select s.id, s.kind, s.name, s.status, s.infra, s.check_mode, s.program, s.verb, s.args, s.max_attempts,
             s.reconcilable, s.retry_of, coalesce(s.runner, 'command'), coalesce(k.idempotency_key, s.id), case when s.status = 'Ready' then now() end, s.created_by,
             s.created_by_name, s.request_id, s.traceparent, s.actor, s.granted_on, s.scope_id,
             -- A survey changes nothing, and shows what the restored inventory lacks.
             case when s.kind <> 'survey' then why_held(s.infra) end
        from submitted s left join tasks k on k.id = s.retry_of order by s.id
  ), specified as (
    insert into task_specs (task_id, spec)
      select s.id, coalesce(s.spec, retried.spec)
        from submitted s left join task_specs retried on retried.task_id = s.retry_of
       where coalesce(s.spec, retried.spec) is not null
  ), recorded as (
    insert into event_chunks (type, status, task_ids, attempts)
      select 'submitted', s.status, array[s.id], '{0}'::int[] from submitted s order by s.id
  ), counted as (
    insert into tallies (kind, status, n) select s.kind, 'Submitted', count(*) from submitted s group by s.kind
  )
  select s.id, s.id, 'created'::text, s.status from submitted s
  union all
  select r.key::uuid, (r.value ->> 'first')::uuid, r.value ->> 'outcome', null from jsonb_each(repeated) r;
  if exists (select from jsonb_to_recordset(p_submissions) as s (id uuid) join tasks t on t.id = s.id where t.status = 'Ready') then
    perform pg_notify('orchestrator_ready', '');
  end if;
end $$;
