-- The journal records every change of the infrastructure: the intent before the change, the outcome after it. The
-- inventory (`resources`) is the projection of the journal.

-- Records what attempts are about to do (state `intended`) and what they have done (`done`), with one commit and one round
-- trip. The arrays have one element for each attempt.
-- p_entries: JournalRecord[] (domain/worker/ledger.ts) of each attempt, in order.
-- Returns one element for each attempt: false, and nothing of it is recorded, if the attempt is no longer the worker's. Then
-- an intended change must not be made, and a later attempt recalls what was done. A repeated entry changes nothing.
-- Fails with 23514 (check_violation), and records nothing, for an entry of another infra than the task's, or of a task
-- that does not hold the infra's lock (as in check mode). The executor refuses such entries before (report-scope.ts).
create function record_changes_together(p_workers uuid[], p_tasks uuid[], p_attempts int[], p_entries jsonb[])
returns boolean[] language plpgsql as $$
declare
  accepted bigint[];
  entries journal[];
  refusal text;
  entry journal;
  resource text[];
  seen text[] := '{}';
  part journal[] := '{}';
begin
  with mine as (
    select r.n, t.id, t.batch_id, t.attempt, t.infra, t.check_mode, r.entries,
           case when t.compensates is not null or t.program = 'undo' then first_undone_entry(t) end as undoing
      from unnest(p_workers, p_tasks, p_attempts, p_entries) with ordinality as r (worker_id, task_id, attempt, entries, n)
      join tasks t on t.id = r.task_id and t.attempt = r.attempt and t.worker_id = r.worker_id
                  and t.status in ('Running', 'Unknown')
      for share of t
  ), reported as (
    select mine.*, e.entry, e.i from mine cross join jsonb_array_elements(mine.entries) with ordinality as e (entry, i)
  )
  select array(select n from mine),
         array(select jsonb_populate_record(null::journal, r.entry || jsonb_build_object(
                        'task_id', r.id, 'batch_id', r.batch_id, 'attempt', r.attempt, 'undoes_seq', r.undoing, 'resource_id',
                        case r.entry ->> 'state' when 'done' then
                          journal_id(coalesce(nullif(r.entry -> 'after', 'null'), r.entry -> 'before') ->> 'id') end))
                 from reported r order by r.n, r.i),
         coalesce(
           (select format('task %s may report on infra "%s" only, not on "%s"', r.id, r.infra, r.entry ->> 'infra')
              from reported r where r.entry ->> 'infra' is distinct from r.infra limit 1),
           (select format('task %s may report no change: it does not hold the lock of infra "%s"', m.id, m.infra)
              from mine m
              where m.check_mode or not exists (select from locks l where l.infra = m.infra and l.granted_at is not null
                                                  and l.holder_id in (m.id, m.batch_id))
              limit 1))
    into accepted, entries, refusal;
  if refusal is not null then
    raise check_violation using message = refusal;
  end if;
  -- Entries about different resources are recorded at once, those about one resource one after the other. Their numbers
  -- are in the order of the reports.
  foreach entry in array entries loop
    resource := array[entry.infra, entry.kind, entry.name];
    if resource::text = any (seen) then
      perform record_entries(part);
      seen := '{}';
      part := '{}';
    end if;
    seen := seen || resource::text;
    part := part || entry;
  end loop;
  perform record_entries(part);
  return array(select r.n = any (accepted) from generate_series(1, cardinality(p_tasks)) as r (n) order by r.n);
end $$;

-- Records intents and changes, each about another resource.
-- p_entries: entries without `seq` and `at`. Changes have a `resource_id` (journal_id), intents do not.
create function record_entries(p_entries journal[]) returns void language plpgsql as $$
begin
  insert into journal (task_id, batch_id, attempt, state, change, infra, kind, name, provider, driver, before, after)
    select e.task_id, e.batch_id, e.attempt, 'intended', e.change, e.infra, e.kind, e.name, e.provider, e.driver, e.before,
           e.after
      from unnest(p_entries) with ordinality as e where e.state = 'intended' order by e.ordinality;
  perform settle_changes(array(select p_entries[e.ordinality] from unnest(p_entries) with ordinality as e
                                 where e.state is distinct from 'intended' order by e.ordinality));
end $$;

-- Returns the number of the first journal entry that the task undoes; null for a task that undoes nothing.
create function first_undone_entry(p_task tasks) returns bigint stable language sql as $$
  select case
    when p_task.compensates is not null then
      (select min(seq) from journal where task_id = any (lineage_of_id(p_task.compensates)))
    when p_task.program = 'undo' then
      (select min(j.seq) from task_specs s
         cross join jsonb_array_elements_text(s.spec -> 'entries') as undone (number)
         join journal j on j.seq = undone.number::bigint
       where s.task_id = p_task.id)
  end
$$;

-- Returns the id of a resource as the journal's indexes store it: a program may report an id of any length.
create function journal_id(p_id text) returns text stable language sql as $$
  select case when octet_length(p_id) <= 512 then p_id else 'sha256:' || encode(sha256(convert_to(p_id, 'UTF8')), 'hex') end
$$;

-- Whether the inventory contains this very resource, even if it was created again since.
create function is_inventoried(p_infra text, p_kind text, p_name text, p_id text) returns boolean stable language plpgsql as $$
begin
  return exists (select from resources where (infra, kind, name) = (p_infra, p_kind, p_name)
                   and (body ->> 'id' is not distinct from p_id or jsonb_exists(body -> 'restores', p_id)));
end $$;

-- Records completed changes, each about another resource: they replace the intents, and the inventory follows. A resource
-- that exists and is not in the inventory is adopted, that is, recorded as not created by the platform.
-- p_changes: entries without `seq` and `at`. `undoes_seq`: number of the first journal entry that the change undoes; null
--   where it undoes nothing.
create function settle_changes(p_changes journal[]) returns void language plpgsql as $$
declare
  changes journal[];
  entry journal;
  creator tasks;
  adopted text[];
begin
  if cardinality(p_changes) = 0 then
    return;
  end if;
  changes := array(
    select p_changes[e.ordinality] from unnest(p_changes) with ordinality as e
      where not (e.change = 'adopt' and is_inventoried(e.infra, e.kind, e.name, coalesce(e.after, e.before) ->> 'id'))
        -- A resource is created once and destroyed once: an attempt that finds the change done after a crash may not have made
        -- it.
        and not exists (
          select from journal j where (j.infra, j.kind, j.name, j.change) = (e.infra, e.kind, e.name, e.change)
            and j.resource_id = e.resource_id and j.state <> 'intended'
            and (j.task_id = e.task_id or j.change in ('create', 'destroy')
                 or (j.change = 'change' and j.task_id = any (lineage_of_id(e.task_id)) and j.after = e.after)))
      order by e.ordinality);
  for entry in
    select e.* from unnest(changes) as e
      where e.change in ('change', 'destroy') and not is_inventoried(e.infra, e.kind, e.name, e.before ->> 'id')
  loop
    if entry.change = 'change' and entry.undoes_seq is null and entry.before is not null then
      entry.change := 'adopt';
    elsif entry.change = 'destroy' then
      -- A process may have been killed after it created this resource and before it reported it. The retry cannot recall what
      -- is destroyed here, so the creation is recorded now: otherwise a rollback would create the resource again.
      select t.* into creator from journal j join tasks t on t.id = j.task_id
        where (j.infra, j.kind, j.name, j.change) = (entry.infra, entry.kind, entry.name, 'create')
          and j.state in ('intended', 'unknown')
        order by j.seq desc limit 1;
      continue when not found;
      entry.change := 'create';
      entry.task_id := creator.id;
      entry.batch_id := creator.batch_id;
      entry.attempt := creator.attempt;
      entry.undoes_seq := first_undone_entry(creator);
    else
      continue;
    end if;
    entry.after := entry.before;
    entry.before := null;
    entry.resource_id := journal_id(entry.after ->> 'id');
    perform settle_changes(array[entry]);
  end loop;
  -- The inventory comes first: its rows make concurrent transactions about one resource wait for each other, and each
  -- statement after these sees what the others have committed.
  delete from resources r using unnest(changes) as e
    where e.after is null and (r.infra, r.kind, r.name) = (e.infra, e.kind, e.name)
      and (r.body ->> 'id' = e.before ->> 'id'
           or (e.change = 'forget' and jsonb_exists(r.body -> 'restores', e.before ->> 'id')));
  insert into resources as known (infra, kind, name, provider, driver, body, version, task_id, created_at, updated_at)
    select e.infra, e.kind, e.name, e.provider, e.driver, e.after, 1, e.task_id, now(), now()
      from unnest(changes) as e where e.after is not null and e.change <> 'adopt' order by e.infra, e.kind, e.name
    on conflict (infra, kind, name) do update set
      provider = excluded.provider, driver = excluded.driver, body = excluded.body, version = known.version + 1,
      task_id = excluded.task_id, updated_at = now();
  with stored as (
    insert into resources as known (infra, kind, name, provider, driver, body, version, task_id, created_at, updated_at)
      select e.infra, e.kind, e.name, e.provider, e.driver, e.after, 1, e.task_id, now(), now()
        from unnest(changes) as e where e.after is not null and e.change = 'adopt' order by e.infra, e.kind, e.name
      on conflict (infra, kind, name) do update set
        provider = excluded.provider, driver = excluded.driver, body = excluded.body, version = known.version + 1,
        task_id = excluded.task_id, updated_at = now()
      where not (known.body ->> 'id' is not distinct from excluded.body ->> 'id'
                 or jsonb_exists(known.body -> 'restores', excluded.body ->> 'id'))
      returning array[infra, kind, name]::text as resource
  )
  select array_agg(resource) into adopted from stored;
  -- Another operation recorded the same resource meanwhile: there is nothing left to adopt.
  changes := array(select changes[e.ordinality] from unnest(changes) with ordinality as e
                     where e.change <> 'adopt' or e.after is null or array[e.infra, e.kind, e.name]::text = any (adopted)
                     order by e.ordinality);
  with mistaken as (
    -- A concurrent operation may have found this resource before its creation was reported, and adopted it: it was created
    -- here.
    delete from journal j using unnest(changes) as e
      where e.change = 'create' and (j.infra, j.kind, j.name, j.change) = (e.infra, e.kind, e.name, 'adopt')
        and j.resource_id = e.resource_id and j.state = 'done'
  ), settled as (
    delete from journal j using unnest(changes) as e
      where j.seq = (select i.seq from journal i
                       where i.task_id = any (lineage_of_id(e.task_id)) and i.state in ('intended', 'unknown')
                         and (i.infra, i.kind, i.name, i.change) = (e.infra, e.kind, e.name, e.change)
                       order by i.seq desc limit 1)
  ), recorded as (
    -- The entry gets a new number, after all changes since the intent: a checkpoint between the two does not contain this
    -- change.
    insert into journal (task_id, batch_id, attempt, state, change, infra, kind, name, provider, driver, resource_id, before,
                         after, undoes_seq)
      select e.task_id, e.batch_id, e.attempt, 'done', e.change, e.infra, e.kind, e.name, e.provider, e.driver, e.resource_id,
             e.before, e.after, e.undoes_seq
        from unnest(changes) with ordinality as e order by e.ordinality
  )
  insert into event_chunks (type, status, task_ids, attempts, details)
    select 'resource_changed', 'Done', array[null]::uuid[], array[e.attempt], jsonb_build_object(
             'task_id', e.task_id, 'change', e.change, 'infra', e.infra, 'kind', e.kind, 'name', e.name,
             'provider', e.provider, 'driver', e.driver, 'resource_id', e.resource_id)
      from unnest(changes) with ordinality as e order by e.ordinality;
end $$;

-- Closes the journal of tasks that have ended: unsettled intents become `failed`, and the entries that a task undid become
-- `undone`.
-- Where the outcome is not known (the task was lost, ended by a signal, or its report could not be stored), intents
-- become `unknown`.
create function close_journals(p_tasks uuid[]) returns void language plpgsql as $$
declare
  task tasks;
  unclear uuid[];
begin
  for task in
    select t.* from unnest(p_tasks) as ended (id) join tasks t on t.id = ended.id
      where t.compensates is not null or t.program = 'undo' or (t.retry_of is not null and t.status = 'Completed')
  loop
    if task.compensates is not null or task.program = 'undo' then
      perform close_undone(task);
    end if;
    if task.retry_of is not null and task.status = 'Completed' then
      -- It has found out the outcome of every intent under its idempotency key, in earlier tasks as well.
      update journal set state = 'failed' where task_id = any (lineage_of(task)) and state in ('intended', 'unknown');
    end if;
  end loop;
  update journal set state = case when exists (
      select from tasks t left join task_results r on r.task_id = t.id
        where t.id = journal.task_id
          and (t.worker_id is null or t.signal is not null or jsonb_exists(r.evidence, 'refused')))
      then 'unknown' else 'failed' end
    from unnest(p_tasks) as ended (id) where journal.task_id = ended.id and journal.state = 'intended';
end $$;

-- Applies what a task that undoes changes has found and done: resources that it did not find leave the inventory, and the
-- entries that it undid become `undone`.
create function close_undone(p_task tasks) returns void language plpgsql as $$
declare
  gone jsonb := (select data #> '{result,data,gone}' from task_results where task_id = p_task.id);
  undone uuid[];
begin
  -- Resources that undoing did not find do not exist, regardless of who removed them. Commands may report anything, so the
  -- type is checked.
  if jsonb_typeof(gone) = 'array' then
    delete from resources r using jsonb_array_elements(gone) as missing
      where (r.infra, r.kind, r.name) = (p_task.infra, missing ->> 'kind', missing ->> 'name')
        and (r.body ->> 'id' = missing ->> 'id' or jsonb_exists(r.body -> 'restores', missing ->> 'id'));
  end if;
  if p_task.status <> 'Completed' then
    return;
  end if;
  undone := lineage_of_id(p_task.compensates);
  update journal set state = 'undone', undone_by = p_task.id
    where state = 'done'
      and ((task_id = any (undone) and undoes_seq is null)
           or seq in (select jsonb_array_elements_text(spec -> 'entries')::bigint from task_specs where task_id = p_task.id));
end $$;
