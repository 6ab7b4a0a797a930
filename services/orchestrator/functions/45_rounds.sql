-- A round of an executor: it stores results, starts what may start because of them, and fills the free slots of the
-- executor. All is one transaction, so results that arrive together share a commit and a round trip.

-- Claims up to p_room tasks: first those whose outcome is unknown, then by priority and age. Rows that another executor
-- is claiming are skipped. Returns ClaimedTask[].
create function claim_next_tasks(p_worker uuid, p_room int) returns jsonb language plpgsql as $$
declare
  chosen uuid[];
begin
  if p_room <= 0 then
    return '[]';
  end if;
  chosen := array(select id from tasks where status = 'Unknown' and worker_id is null and cancel_requested_at is null
                    order by ready_at limit p_room for update skip locked);
  if cardinality(chosen) < p_room then
    chosen := chosen || array(select id from tasks where status = 'Ready' and cancel_requested_at is null
                                order by priority, ready_at limit p_room - cardinality(chosen) for update skip locked);
  end if;
  return case when cardinality(chosen) = 0 then '[]' else claim_tasks(chosen, p_worker) end;
end $$;

-- Stores results and claims up to p_room tasks. The arrays have one element for each result: p_ids to p_evidence are the
-- parameters of finish_task; the others are the final flush of output (flush_task_output), null where nothing is left to
-- flush.
-- outcomes: of each result, see finish_task. ready: tasks that became ready. claimed: ClaimedTask[].
--
-- The worker's row is locked first: release_worker waits for this round, or this round waits for it. No other transaction
-- changes the status of a running task.
create function work_round(p_worker uuid, p_room int, p_ids uuid[], p_attempts int[], p_results uuid[], p_statuses text[],
                           p_permanent boolean[], p_exit_codes int[], p_signals text[], p_errors text[], p_outputs text[],
                           p_data jsonb[], p_evidence jsonb[], p_first_lines bigint[], p_line_counts int[], p_texts text[],
                           p_printed_at timestamptz[], p_total_steps int[], p_done_steps int[], p_current_steps text[],
                           p_changes jsonb[])
returns table (outcomes text[], ready uuid[], claimed jsonb) language plpgsql as $$
declare
  batch_ids uuid[];
  batch uuid;
  completed uuid[];
  ended uuid[] := '{}';
  over uuid[];
  more uuid[];
begin
  outcomes := '{}';
  ready := '{}';
  perform from workers where id = p_worker for share;
  if cardinality(p_ids) > 0 then
    batch_ids := array(select distinct t.batch_id from unnest(p_ids) as r (id) join tasks t on t.id = r.id
                     where t.batch_id is not null order by 1);
    -- A separate statement: one that finds and locks rows at once may skip rows that it had to wait for.
    perform from batches where id = any (batch_ids) order by id for update;
    perform flush_task_output(p_worker, p_ids, p_attempts, p_first_lines, p_line_counts, p_texts, p_printed_at, p_total_steps,
                             p_done_steps, p_current_steps, p_changes);
    completed := complete_tasks(p_worker, p_ids, p_attempts, p_results, p_statuses, p_exit_codes, p_signals, p_outputs,
                                p_data, p_evidence);
    foreach batch in array batch_ids loop
      perform settle_completed(batch, completed);
    end loop;
    for each in 1 .. cardinality(p_ids) loop
      if p_ids[each] = any (completed) then
        outcomes := outcomes || 'done'::text;
        continue;
      end if;
      -- Results that are not Completed, and those of attempts that are no longer this worker's.
      outcomes := outcomes || finish_task(
        p_ids[each], p_attempts[each], p_worker, p_results[each], p_statuses[each], p_permanent[each], p_exit_codes[each],
        p_signals[each], p_errors[each], p_outputs[each], p_data[each], p_evidence[each]);
      if outcomes[each] = 'done' then
        ended := ended || p_ids[each];
      end if;
    end loop;
    foreach batch in array batch_ids loop
      select b.ended, b.promoted into over, more from advance_batch(batch) b;
      ended := ended || over;
      ready := ready || more;
    end loop;
    -- Last and all at once: in the order of the names of the infras, after all row locks (20_locks.sql).
    ready := ready || release_locks(ended || completed);
  end if;
  claimed := claim_next_tasks(p_worker, p_room);
  return next;
end $$;

-- Stores the last log lines, progress and journal entries of attempts that have ended. Arrays with one element for each
-- attempt: p_texts and the line parameters are null without lines, the step parameters null without progress.
-- p_changes: JournalRecord[] (domain/worker/ledger.ts) or null.
create function flush_task_output(p_worker uuid, p_ids uuid[], p_attempts int[], p_first_lines bigint[], p_line_counts int[],
                                 p_texts text[], p_printed_at timestamptz[], p_total_steps int[], p_done_steps int[],
                                 p_current_steps text[], p_changes jsonb[])
returns void language plpgsql as $$
begin
  insert into task_logs (task_id, attempt, first_line, line_count, text, at)
    select t.id, t.attempt, l.first_line, l.line_count, l.text, printed_at(t, l.at)
      from unnest(p_ids, p_attempts, p_first_lines, p_line_counts, p_texts, p_printed_at)
             as l(id, attempt, first_line, line_count, text, at)
      join tasks t on t.id = l.id and t.attempt = l.attempt and t.worker_id = p_worker and t.status in ('Running', 'Unknown')
      where l.text is not null
    on conflict do nothing;
  insert into task_progress (task_id, attempt, total_steps, done_steps, current_step)
    select t.id, t.attempt, s.total, s.done, s.current
      from unnest(p_ids, p_attempts, p_total_steps, p_done_steps, p_current_steps) as s(id, attempt, total, done, current)
      join tasks t on t.id = s.id and t.attempt = s.attempt and t.worker_id = p_worker and t.status in ('Running', 'Unknown')
      where s.total is not null
    on conflict (task_id) do update set
      attempt = excluded.attempt, total_steps = excluded.total_steps, done_steps = excluded.done_steps,
      current_step = excluded.current_step, updated_at = now();
  for each in 1 .. cardinality(p_ids) loop
    if p_changes[each] is not null then
      perform record_changes(p_ids[each], p_attempts[each], p_worker, p_changes[each]);
    end if;
  end loop;
end $$;

-- Running or Unknown → Completed, for those results that say so and whose attempt is this worker's. Parameters: see
-- finish_task. Returns the ids of the completed tasks.
create function complete_tasks(p_worker uuid, p_ids uuid[], p_attempts int[], p_results uuid[], p_statuses text[],
                               p_exit_codes int[], p_signals text[], p_outputs text[], p_data jsonb[], p_evidence jsonb[])
returns uuid[] language plpgsql as $$
declare
  completed uuid[];
  closing uuid[];
  continuing uuid[];
  task tasks;
begin
  with reported as (
    select * from unnest(p_ids, p_attempts, p_results, p_statuses, p_exit_codes, p_signals, p_outputs, p_data, p_evidence)
      as r(id, attempt, result_id, status, exit_code, signal, output, data, evidence) where r.status = 'Completed'
  ), done as (
    update tasks t set status = 'Completed', completed_at = now(), exit_code = r.exit_code, signal = r.signal, error = null,
                       result_id = r.result_id, output_tail = right(r.output, 2000)
      from reported r
      where t.id = r.id and t.attempt = r.attempt and t.worker_id = p_worker and t.status in ('Running', 'Unknown')
      returning t.id, t.batch_id, t.attempt, t.kind, t.seq, t.program, t.compensates, t.retry_of,
                extract(epoch from greatest(now(), t.started_at) - t.started_at)::double precision as took
  ), kept as (
    insert into task_results as known (task_id, output, data, evidence)
      select id, output, data, evidence from reported join done using (id)
      on conflict (task_id) do update set
        output = excluded.output, evidence = excluded.evidence,
        -- Resources of earlier attempts exist and must be undone with the rest.
        data = excluded.data || jsonb_build_object('resources',
          coalesce(known.data -> 'resources', '[]') || coalesce(excluded.data -> 'resources', '[]'))
  ), counted as (
    insert into tallies (kind, status, n, seconds, le)
      select kind, 'Completed', count(*), sum(took), duration_class(took) from done group by kind, duration_class(took)
  ), recorded as (
    insert into events (task_id, batch_id, attempt, type, status, details)
      select done.id, batch_id, done.attempt, 'finished', 'Completed',
             evidence || jsonb_strip_nulls(jsonb_build_object('exit_code', exit_code, 'signal', signal))
        from done join reported using (id) order by seq, done.id
  )
  select coalesce(array_agg(done.id), '{}'),
         array_agg(done.id) filter (where compensates is not null or program = 'undo'),
         array_agg(done.id) filter (where retry_of is not null)
    into completed, closing, continuing from done join reported using (id);
  -- Intents that were not settled are closed (close_journal).
  update journal set state = 'failed' from unnest(completed) as c (id) where task_id = c.id and state = 'intended';
  if continuing is not null then
    -- It has found out the outcome of every intent under its idempotency key, in earlier tasks as well.
    for task in select t.* from unnest(continuing) as c (id) join tasks t on t.id = c.id loop
      update journal set state = 'failed' where task_id = any (lineage_of(task)) and state in ('intended', 'unknown');
    end loop;
  end if;
  if closing is not null then
    for task in select t.* from unnest(closing) as c (id) join tasks t on t.id = c.id loop
      perform close_journal(task);
    end loop;
  end if;
  return completed;
end $$;

-- Applies the completion of several operations of one batch to their dependents, as settle_operation does for one.
create function settle_completed(p_batch uuid, p_completed uuid[]) returns void language plpgsql as $$
declare
  batch batches;
  operations uuid[] := array(select t.id from unnest(p_completed) as c (id) join tasks t on t.id = c.id
                         -- Not "=": the planner would scan all operations of the batch, few of which have just completed.
                         where t.batch_id is not distinct from p_batch and t.kind = 'operation');
begin
  if cardinality(operations) = 0 then
    return;
  end if;
  update batches set completed = completed + cardinality(operations) where id = p_batch returning * into batch;
  perform record_batch_progress(batch);
  update tasks set pending_deps = pending_deps - met.n,
                   status = case when pending_deps = met.n and status = 'Blocked' then 'Waiting' else status end
    from (select op_id, count(*)::int as n from unnest(operations) as m (id) join op_deps on depends_on = m.id group by op_id) met
    where tasks.id = met.op_id;
end $$;
