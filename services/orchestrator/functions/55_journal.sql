-- The journal records every change of the infrastructure: the intent before the change, the outcome after it. The
-- inventory (`resources`) is the projection of the journal.

-- Records what an attempt is about to do (state `intended`) and what it has done (`done`).
-- p_entries: JournalRecord[] (domain/worker/ledger.ts).
-- Returns false, and records nothing, if the attempt is no longer the worker's: then an intended change must not be made,
-- and a later attempt recalls what was done. A repeated entry changes nothing.
-- Fails with 23514 (check_violation), and records nothing, for an entry of another infra than the task's, or of a task
-- that does not hold the infra's lock (as in check mode). The executor refuses such entries before (report-scope.ts).
create function record_changes(p_task uuid, p_attempt int, p_worker uuid, p_entries jsonb) returns boolean
language plpgsql as $$
declare
  task tasks;
  entry journal;
  undoing bigint;
  foreign_infra text;
begin
  select * into task from tasks
    where id = p_task and attempt = p_attempt and worker_id = p_worker and status in ('Running', 'Unknown') for share;
  if not found then
    return false;
  end if;
  select infra into foreign_infra from jsonb_populate_recordset(null::journal, p_entries)
    where infra is distinct from task.infra limit 1;
  if found then
    raise check_violation using message =
      format('task %s may report on infra "%s" only, not on "%s"', p_task, task.infra, foreign_infra);
  elsif task.check_mode or not exists (select from locks where infra = task.infra and granted_at is not null
                                         and holder_id in (task.id, task.batch_id)) then
    raise check_violation using message =
      format('task %s may report no change: it does not hold the lock of infra "%s"', p_task, task.infra);
  end if;
  undoing := first_undone_entry(task);
  for entry in select * from jsonb_populate_recordset(null::journal, p_entries) loop
    if entry.state = 'intended' then
      insert into journal (task_id, batch_id, attempt, state, change, infra, kind, name, provider, driver, before, after)
        values (p_task, task.batch_id, p_attempt, 'intended', entry.change, entry.infra, entry.kind, entry.name,
                entry.provider, entry.driver, entry.before, entry.after);
    else
      perform settle_change(task, entry, undoing);
    end if;
  end loop;
  return true;
end $$;

-- Returns the number of the first journal entry that the task undoes; null for a task that undoes nothing.
create function first_undone_entry(p_task tasks) returns bigint stable language sql as $$
  select case
    when p_task.compensates is not null then
      (select min(seq) from journal where task_id = any (lineage_of((select t from tasks t where t.id = p_task.compensates))))
    when p_task.program = 'undo' then
      (select min(j.seq) from task_specs s
         cross join jsonb_array_elements_text(s.spec -> 'entries') as undone (number)
         join journal j on j.seq = undone.number::bigint
       where s.task_id = p_task.id)
  end
$$;

-- Calls record_changes for several attempts, in order of arrival, with one commit and one round trip. Returns the results
-- in the same order.
create function record_changes_together(p_workers uuid[], p_tasks uuid[], p_attempts int[], p_entries jsonb[])
returns boolean[] language plpgsql as $$
declare
  accepted boolean[] := '{}';
begin
  for each in 1 .. cardinality(p_tasks) loop
    accepted := accepted || record_changes(p_tasks[each], p_attempts[each], p_workers[each], p_entries[each]);
  end loop;
  return accepted;
end $$;

-- Returns the id of a resource as the journal's indexes store it: a program may report an id of any length.
create function journal_id(p_id text) returns text stable language sql as $$
  select case when octet_length(p_id) <= 512 then p_id else 'sha256:' || encode(sha256(convert_to(p_id, 'UTF8')), 'hex') end
$$;

-- Whether the inventory contains this very resource, even if it was created again since.
create function is_inventoried(p_infra text, p_kind text, p_name text, p_id text) returns boolean stable language sql as $$
  select exists (select from resources where (infra, kind, name) = (p_infra, p_kind, p_name)
                   and (body ->> 'id' is not distinct from p_id or jsonb_exists(body -> 'restores', p_id)))
$$;

-- Records a completed change: it replaces the intent, and the inventory follows. A resource that exists and is not in the
-- inventory is adopted, that is, recorded as not created by the platform.
-- p_undoing: number of the first journal entry that the change undoes; null where it undoes nothing.
create function settle_change(p_task tasks, p_entry journal, p_undoing bigint) returns void language plpgsql as $$
declare
  whole_id text := coalesce(p_entry.after, p_entry.before) ->> 'id';
  thing_id text := journal_id(whole_id);
  line uuid[] := lineage_of(p_task);
  adopted journal;
  created journal;
  creator tasks;
  intent bigint;
begin
  if p_entry.change = 'adopt' and is_inventoried(p_entry.infra, p_entry.kind, p_entry.name, whole_id) then
    return;
  end if;
  -- A resource is created once and destroyed once: an attempt that finds the change done after a crash may not have made it.
  if exists (select from journal where (infra, kind, name, change) = (p_entry.infra, p_entry.kind, p_entry.name, p_entry.change)
               and resource_id = thing_id and state <> 'intended'
               and (task_id = p_task.id or change in ('create', 'destroy')
                    or (change = 'change' and task_id = any (line) and after = p_entry.after))) then
    return;
  end if;
  if p_entry.change = 'change' and p_undoing is null and p_entry.before is not null
     and not is_inventoried(p_entry.infra, p_entry.kind, p_entry.name, p_entry.before ->> 'id') then
    adopted := p_entry;
    adopted.change := 'adopt';
    adopted.before := null;
    adopted.after := p_entry.before;
    perform settle_change(p_task, adopted, null);
  end if;
  -- A process may have been killed after it created this resource and before it reported it. The retry cannot recall what
  -- is destroyed here, so the creation is recorded now: otherwise a rollback would create the resource again.
  if p_entry.change = 'destroy'
     and not is_inventoried(p_entry.infra, p_entry.kind, p_entry.name, p_entry.before ->> 'id') then
    select t.* into creator from journal j join tasks t on t.id = j.task_id
      where (j.infra, j.kind, j.name, j.change) = (p_entry.infra, p_entry.kind, p_entry.name, 'create')
        and j.state in ('intended', 'unknown')
      order by j.seq desc limit 1;
    if found then
      created := p_entry;
      created.change := 'create';
      created.before := null;
      created.after := p_entry.before;
      perform settle_change(creator, created, first_undone_entry(creator));
    end if;
  end if;
  -- The inventory comes first: its row makes concurrent transactions about one resource wait for each other, and each
  -- statement after this one sees what the other has committed.
  if p_entry.after is null then
    delete from resources where (infra, kind, name) = (p_entry.infra, p_entry.kind, p_entry.name)
      and (body ->> 'id' = whole_id or (p_entry.change = 'forget' and jsonb_exists(body -> 'restores', whole_id)));
  else
    insert into resources as known (infra, kind, name, provider, driver, body, version, task_id, created_at, updated_at)
      values (p_entry.infra, p_entry.kind, p_entry.name, p_entry.provider, p_entry.driver, p_entry.after, 1, p_task.id,
              now(), now())
      on conflict (infra, kind, name) do update set
        provider = excluded.provider, driver = excluded.driver, body = excluded.body, version = known.version + 1,
        task_id = excluded.task_id, updated_at = now()
      where p_entry.change <> 'adopt'
        or not (known.body ->> 'id' is not distinct from whole_id or jsonb_exists(known.body -> 'restores', whole_id));
    -- Another operation recorded the same resource meanwhile: there is nothing left to adopt.
    if not found then
      return;
    end if;
  end if;
  -- A concurrent operation may have found this resource before its creation was reported, and adopted it: it was created
  -- here.
  if p_entry.change = 'create' then
    delete from journal where (infra, kind, name, change) = (p_entry.infra, p_entry.kind, p_entry.name, 'adopt')
      and resource_id = thing_id and state = 'done';
  end if;
  select seq into intent from journal where task_id = any (line) and state in ('intended', 'unknown')
      and (infra, kind, name, change) = (p_entry.infra, p_entry.kind, p_entry.name, p_entry.change)
    order by seq desc limit 1;
  -- The entry gets a new number, after all changes since the intent: a checkpoint between the two does not contain this
  -- change.
  delete from journal where seq = intent;
  insert into journal (task_id, batch_id, attempt, state, change, infra, kind, name, provider, driver, resource_id, before,
                       after, undoes_seq)
    values (p_task.id, p_task.batch_id, p_task.attempt, 'done', p_entry.change, p_entry.infra, p_entry.kind,
            p_entry.name, p_entry.provider, p_entry.driver, thing_id, p_entry.before, p_entry.after, p_undoing);
  perform record_event(null, null, p_task.attempt, 'resource_changed', 'Done', jsonb_build_object(
    'task_id', p_task.id, 'change', p_entry.change, 'infra', p_entry.infra, 'kind', p_entry.kind, 'name', p_entry.name,
    'provider', p_entry.provider, 'driver', p_entry.driver, 'resource_id', thing_id));
end $$;

-- Closes the journal of a task that has ended: unsettled intents become `failed`, and the entries that it undid become
-- `undone`.
-- Where the outcome is not known (the task was lost, ended by a signal, or its report could not be stored), intents
-- become `unknown`.
create function close_journal(p_task tasks) returns void language plpgsql as $$
declare
  result task_results;
  unreported boolean;
  undone uuid[];
begin
  select * into result from task_results where task_id = p_task.id;
  if (p_task.compensates is not null or p_task.program = 'undo')
     and jsonb_typeof(result.data #> '{result,data,gone}') = 'array' then
    -- Resources that undoing did not find do not exist, regardless of who removed them. Commands may report anything, so the
    -- type is checked.
    delete from resources r
      using jsonb_array_elements(result.data #> '{result,data,gone}') as gone
      where (r.infra, r.kind, r.name) = (p_task.infra, gone ->> 'kind', gone ->> 'name')
        and (r.body ->> 'id' = gone ->> 'id' or jsonb_exists(r.body -> 'restores', gone ->> 'id'));
  end if;
  unreported := coalesce(jsonb_exists(result.evidence, 'refused'), false);
  update journal set state = case when p_task.worker_id is null or p_task.signal is not null or unreported then 'unknown' else 'failed' end
    where task_id = p_task.id and state = 'intended';
  if p_task.status <> 'Completed' then
    return;
  end if;
  undone := lineage_of((select t from tasks t where t.id = p_task.compensates));
  update journal set state = 'undone', undone_by = p_task.id
    where state = 'done'
      and ((task_id = any (undone) and undoes_seq is null)
           or seq in (select jsonb_array_elements_text(spec -> 'entries')::bigint from task_specs where task_id = p_task.id));
end $$;
