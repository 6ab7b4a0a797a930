-- A round of an executor: it stores results, starts what may start because of them, and fills the free capacity of the
-- executor. All is one transaction, so results that arrive together share a commit and a round trip.

-- Stores results and claims further tasks.
-- p_capacity: Capacity (domain/worker/ledger.ts): {commands, operations, total}, how many tasks may be claimed by runner
--   and in all.
-- p_results: ResultRow[] (postgres/workers/result-row.ts): the parameters of finish_tasks and of flush_task_output.
-- outcomes: of each result, in order, see finish_tasks. ready: tasks that became ready. claimed: ClaimedTask[].
--
-- What becomes ready in the batches of the results starts at once where nothing else is ready (start_operations).
--
-- The worker's row is locked first: release_worker and a drain wait for this round, or this round waits for them. No other
-- transaction changes the status of a running task. A worker that drains claims nothing.
create function work_round(p_worker uuid, p_capacity jsonb, p_results jsonb)
returns table (outcomes text[], ready uuid[], claimed jsonb) language plpgsql as $$
declare
  batch_ids uuid[];
  batch uuid;
  part jsonb;
  may_claim boolean;
  -- Whether operations may start at once because nothing else is before them.
  may_start boolean;
  commands int := (p_capacity ->> 'commands')::int;
  operations int := (p_capacity ->> 'operations')::int;
  total int := (p_capacity ->> 'total')::int;
  started tasks[] := '{}';
  started_now tasks[];
  outcome_of jsonb := '{}';
  finished uuid[];
  ended uuid[] := '{}';
  over uuid[];
  more uuid[];
begin
  outcomes := '{}';
  ready := '{}';
  claimed := '[]';
  select draining_since is null and state = 'alive' and lease_until > now() into may_claim from workers where id = p_worker for share;
  if jsonb_array_length(p_results) > 0 then
    batch_ids := array(select distinct t.batch_id from jsonb_to_recordset(p_results) as r (task_id uuid)
                         join tasks t on t.id = r.task_id where t.batch_id is not null order by 1);
    -- A separate statement: one that finds and locks rows at once may skip rows that it had to wait for.
    perform from batches where id = any (batch_ids) order by id for update;
    perform flush_task_output(p_worker, p_results);
    if not jsonb_path_match(p_results, '$[*].status != "Completed"') then
      select f.outcomes, f.finished into outcomes, ended from finish_tasks(p_worker, p_results) f;
    else
      -- What completed is stored at once. Every other result may cancel or stop what comes after it, so each is stored alone.
      for part in
        select jsonb_agg(r.result order by r.n) from jsonb_array_elements(p_results) with ordinality as r (result, n)
          group by case when r.result ->> 'status' = 'Completed' then 0 else r.n end
          order by case when r.result ->> 'status' = 'Completed' then 0 else r.n end
      loop
        select f.outcomes, f.finished into outcomes, finished from finish_tasks(p_worker, part) f;
        ended := ended || finished;
        outcome_of := outcome_of || (select jsonb_object_agg(r.result ->> 'result_id', outcomes[r.n])
                                       from jsonb_array_elements(part) with ordinality as r (result, n));
      end loop;
      outcomes := array(select outcome_of ->> (r.result ->> 'result_id')
                          from jsonb_array_elements(p_results) with ordinality as r (result, n) order by r.n);
    end if;
    may_start := may_claim and total > 0 and is_database_known()
      and not exists (select from tasks where status = 'Ready')
      and not exists (select from tasks where status = 'Unknown' and worker_id is null);
    foreach batch in array batch_ids loop
      if may_start then
        started_now := start_operations(batch, p_worker, commands, operations, total);
        started := started || started_now;
        commands := commands - (select count(*) from unnest(started_now) as t where t.runner = 'command');
        operations := operations - (select count(*) from unnest(started_now) as t where t.runner <> 'command');
        total := total - cardinality(started_now);
      end if;
      select b.ended, b.promoted into over, more from advance_batch(batch) b;
      ended := ended || over;
      ready := ready || more;
    end loop;
    -- Last and all at once: in the order of the names of the infras, after all row locks (20_locks.sql).
    ready := ready || release_locks(ended);
  end if;
  if cardinality(started) > 0 then
    claimed := describe_claims(started);
  end if;
  if may_claim then
    claimed := claimed || claim_next_tasks(p_worker, commands, operations, total);
  end if;
  return next;
end $$;

-- Claims up to p_commands tasks that run as commands and p_operations that run in the driver host, p_total in all: first
-- those whose outcome is unknown, then by priority and age. Rows that another executor is claiming are skipped, so no more
-- rows are locked than are claimed. So are held tasks. Returns ClaimedTask[].
create function claim_next_tasks(p_worker uuid, p_commands int, p_operations int, p_total int) returns jsonb
language plpgsql as $$
declare
  -- How many of the next tasks are commands.
  commands int := p_commands;
  chosen uuid[];
begin
  if p_total <= 0 then
    return '[]';
  end if;
  if p_commands + p_operations > p_total then
    commands := (
      select count(*) filter (where runner = 'command') from (
        select r.runner from (values ('command', p_commands), ('operation', p_operations)) as r (runner, most)
          cross join lateral (
            (select status, priority, ready_at from tasks
               where status = 'Unknown' and worker_id is null and cancel_requested_at is null and held is null and tasks.runner = r.runner
               order by ready_at limit greatest(r.most, 0))
            union all
            (select status, priority, ready_at from tasks
               where status = 'Ready' and tasks.runner = r.runner and cancel_requested_at is null and held is null
               order by priority, ready_at limit greatest(r.most, 0))) claimable
          order by status = 'Ready', priority, ready_at limit p_total) as next_tasks);
  end if;
  chosen := lock_claimable('command', least(commands, p_commands), '{}');
  chosen := chosen || lock_claimable('operation', least(p_operations, p_total - cardinality(chosen)), '{}');
  if commands < p_commands and cardinality(chosen) < p_total then
    -- Operations that were counted are being claimed by another executor.
    chosen := chosen || lock_claimable('command', least(p_commands - commands, p_total - cardinality(chosen)), chosen);
  end if;
  return case when cardinality(chosen) = 0 or not is_database_known() then '[]' else claim_tasks(chosen, p_worker) end;
end $$;

-- Locks the next tasks of a runner that may be claimed, up to p_most, and returns them. p_except: tasks that this
-- transaction has locked already.
create function lock_claimable(p_runner text, p_most int, p_except uuid[]) returns uuid[] language plpgsql as $$
declare
  found_here uuid[] := '{}';
  in_turn uuid[];
begin
  if p_most <= 0 then
    return found_here;
  end if;
  found_here := array(select id from tasks
                        where status = 'Unknown' and worker_id is null and cancel_requested_at is null and held is null and runner = p_runner
                          and id <> all (p_except)
                        order by ready_at limit p_most for update skip locked);
  if cardinality(found_here) < p_most
     and (select count(*) from (select from tasks where status = 'Ready' and runner = p_runner
                                  limit p_most - cardinality(found_here) + 1) ready) > p_most - cardinality(found_here) then
    in_turn := next_in_turn(p_runner, p_most - cardinality(found_here));
    found_here := found_here || array(
      select id from tasks where id = any (in_turn) and status = 'Ready' and cancel_requested_at is null and held is null
                             and id <> all (p_except) for update skip locked);
  end if;
  if cardinality(found_here) < p_most then
    found_here := found_here || array(
      select id from tasks where status = 'Ready' and runner = p_runner and cancel_requested_at is null and held is null
                             and id <> all (p_except || found_here)
        order by priority, ready_at limit p_most - cardinality(found_here) for update skip locked);
  end if;
  return found_here;
end $$;

-- Returns the next p_most tasks of a runner, for a moment at which more of them are ready: a large batch must not hold up
-- what was submitted after it. Each place goes to the batch that has the fewest operations running and chosen, and among
-- those to the oldest. A task without a batch is in turn like the first operation of a batch. The 100 oldest batches take
-- part.
create function next_in_turn(p_runner text, p_most int) returns uuid[] stable language plpgsql as $$
begin
  return array(
    select id from (
      (select id, ready_at, 1 as place from tasks
         where status = 'Ready' and runner = p_runner and batch_id is null and cancel_requested_at is null and held is null
         order by priority, ready_at limit p_most)
      union all
      select t.id, t.ready_at, b.running + row_number() over (partition by b.id order by t.seq)
        from (select id, (select count(*) from tasks where batch_id = batches.id and status = 'Running') as running
                from batches where kind in ('batch', 'rollback') and status in ('Running', 'RollingBack')
                order by id limit 100) b
          cross join lateral (
            select id, ready_at, seq from tasks
              where batch_id = b.id and status = 'Ready' and runner = p_runner and cancel_requested_at is null and held is null
              order by seq limit p_most) t) claimable
      order by place, ready_at limit p_most);
end $$;

-- Stores the last log lines, progress and journal entries of attempts that have ended, if they are still the worker's.
-- p_results: ResultRow[] (postgres/workers/result-row.ts). `text` is null without lines, `total_steps` without progress,
--   `changes` (JournalRecord[]) without journal entries.
create function flush_task_output(p_worker uuid, p_results jsonb) returns void language plpgsql as $$
declare
  reporting record;
begin
  insert into task_logs (task_id, attempt, first_line, line_count, text, at)
    select t.id, t.attempt, r.first_line, r.line_count, r.text, printed_at(t, r.printed_at)
      from jsonb_to_recordset(p_results)
             as r (task_id uuid, attempt int, first_line bigint, line_count int, text text, printed_at timestamptz)
      join tasks t on t.id = r.task_id and t.attempt = r.attempt and t.worker_id = p_worker and t.status in ('Running', 'Unknown')
      where r.text is not null
    on conflict do nothing;
  insert into task_progress (task_id, attempt, total_steps, done_steps, current_step)
    select t.id, t.attempt, r.total_steps, r.done_steps, r.current_step
      from jsonb_to_recordset(p_results)
             as r (task_id uuid, attempt int, total_steps int, done_steps int, current_step text)
      join tasks t on t.id = r.task_id and t.attempt = r.attempt and t.worker_id = p_worker and t.status in ('Running', 'Unknown')
      where r.total_steps is not null
    on conflict (task_id) do update set
      attempt = excluded.attempt, total_steps = excluded.total_steps, done_steps = excluded.done_steps,
      current_step = excluded.current_step, updated_at = now();
  select array_agg(p_worker) as workers, array_agg(r.task_id) as tasks, array_agg(r.attempt) as attempts,
         array_agg(r.changes) as entries
    into reporting
    from jsonb_to_recordset(p_results) as r (task_id uuid, attempt int, changes jsonb)
    where jsonb_typeof(r.changes) = 'array';
  if reporting.tasks is not null then
    perform record_changes_together(reporting.workers, reporting.tasks, reporting.attempts, reporting.entries);
  end if;
end $$;

-- Running or Unknown → a terminal status, or RetryWait, for attempts that are this worker's. work_round advances the
-- batches and releases the locks. The caller holds the locks of the batches' rows.
-- p_results: ResultRow[] (postgres/workers/result-row.ts), all `Completed`, or a single one: what has failed decides
--   whether those after it are tried again. Of each: `result_id` (repeats of a result have the same), `status`
--   (Completed, Failed or Cancelled), `permanent` (a retry would not help), `data` ({result, resources}, as the program
--   or driver reported), `evidence` (object that says how the processes ended).
-- outcomes: of each result, in order: `done`; `retry` (another attempt follows); `duplicate` (this result is stored already,
-- its answer was lost); `fenced` (the attempt is no longer the worker's: the result is kept as evidence and does not change
-- the state). finished: the tasks that are terminal now.
create function finish_tasks(p_worker uuid, p_results jsonb) returns table (outcomes text[], finished uuid[])
language plpgsql as $$
declare
  retrying uuid[];
  batch_ids uuid[];
  batch uuid;
begin
  if jsonb_path_match(p_results, '$[*].status != "Completed"') then
    -- Whether it is tried again depends on the row: a cancel may be changing it.
    perform from tasks where id in (select r.task_id from jsonb_to_recordset(p_results) as r (task_id uuid)) for update;
  end if;
  with reported as (
    select r.*, r.status = 'Failed' and t.status = 'Running' and not r.permanent and t.failures < t.retries
                and t.cancel_requested_at is null
                and (b.id is null or (b.cancel_requested_at is null and not failure_stops_batch(b, t.kind))) as again
      from jsonb_to_recordset(p_results) as r (
             task_id uuid, attempt int, result_id uuid, status text, permanent boolean, exit_code int, signal text, error text,
             output text, data jsonb, evidence jsonb)
      join tasks t on t.id = r.task_id
      left join batches b on b.id = t.batch_id
  ), done as (
    update tasks t set
        status = case when r.again then 'RetryWait' else r.status end,
        failures = t.failures + (r.status = 'Failed')::int,
        worker_id = case when not r.again then t.worker_id end,
        -- Exponential backoff: at most a minute, with jitter.
        run_after = case when r.again then now() + make_interval(secs => least(60, 2 ^ t.failures) * (0.5 + random() / 2)) end,
        completed_at = case when not r.again then now() end,
        exit_code = r.exit_code, signal = r.signal, error = r.error, result_id = r.result_id,
        output_tail = right(r.output, 2000)
      from reported r
      where t.id = r.task_id and t.attempt = r.attempt and t.worker_id = p_worker and t.status in ('Running', 'Unknown')
      returning t.id, t.batch_id, t.attempt, t.kind, t.seq, t.status, t.run_after, r.again, r.exit_code, r.signal, r.error,
                r.output, r.data, r.evidence, extract(epoch from greatest(now(), t.started_at) - t.started_at)::float8 as took
  ), kept as (
    insert into task_results as known (task_id, output, data, evidence)
      select id, output, data, evidence from done
      on conflict (task_id) do update set
        output = excluded.output, evidence = excluded.evidence,
        -- Resources of earlier attempts exist and must be undone with the rest.
        data = excluded.data || jsonb_build_object('resources',
          coalesce(known.data -> 'resources', '[]') || coalesce(excluded.data -> 'resources', '[]'))
  ), counted as (
    insert into tallies (kind, status, n, seconds, le)
      select kind, status, count(*), coalesce(sum(took), 0), duration_class(took) from done where not again
        group by kind, status, duration_class(took)
  ), recorded as (
    insert into event_chunks (type, status, batch_id, task_ids, attempts, own)
      select case when again then 'attempt_failed' else 'finished' end, status, batch_id,
             array_agg(id order by seq, id), array_agg(attempt order by seq, id),
             jsonb_agg(evidence || jsonb_strip_nulls(jsonb_build_object(
               'exit_code', exit_code, 'signal', signal, 'error', error, 'run_after', run_after)) order by seq, id)
        from done group by batch_id, status, again, case when batch_id is null then id end
  )
  select coalesce(array_agg(id) filter (where not again), '{}'), coalesce(array_agg(id) filter (where again), '{}'),
         array_agg(distinct batch_id order by batch_id) filter (where not again and batch_id is not null)
    into finished, retrying, batch_ids from done;
  if cardinality(finished) > 0 then
    perform close_journals(finished);
  end if;
  if batch_ids is not null then
    foreach batch in array batch_ids loop
      perform settle_operations(batch, finished);
    end loop;
  end if;
  if cardinality(finished) + cardinality(retrying) < jsonb_array_length(p_results) then
    insert into event_chunks (type, status, batch_id, task_ids, attempts, details)
      select 'late_result', t.status, t.batch_id, array[t.id], array[r.attempt], jsonb_build_object(
               'reported', r.status, 'exit_code', r.exit_code, 'signal', r.signal, 'worker_id', p_worker)
        from jsonb_to_recordset(p_results) as r (task_id uuid, attempt int, result_id uuid, status text, exit_code int, signal text)
        join tasks t on t.id = r.task_id
        where t.result_id is distinct from r.result_id;
  end if;
  outcomes := array(
    select case when r.task_id = any (finished) then 'done' when r.task_id = any (retrying) then 'retry'
                when exists (select from tasks t where t.id = r.task_id and t.result_id = r.result_id) then 'duplicate'
                else 'fenced' end
      from rows from (jsonb_to_recordset(p_results) as (task_id uuid, result_id uuid)) with ordinality
             as r (task_id, result_id, n)
      order by r.n);
  return next;
end $$;
