-- Entries of an attempt that is its worker's: what it is about to do (state intended) and what it has done. An entry that
-- is told again changes nothing; a late attempt writes none at all: what it did is recalled by the attempt after it.
-- Returns whether it is its worker's: what a late attempt is about to do must not be done. Entries of another infra than the
-- task's, or of a task without the infra's lock (as in check mode), are an error (23514), and none of them is written: the
-- executor refuses them before (report-scope.ts).
create function record_changes(p_task uuid, p_attempt int, p_worker uuid, p_entries jsonb) returns boolean
language plpgsql as $$
declare
  home tasks;
  entry journal;
  undoing bigint;
  foreign_infra text;
begin
  select * into home from tasks
    where id = p_task and attempt = p_attempt and worker_id = p_worker and status in ('Running', 'Unknown') for share;
  if not found then
    return false;
  end if;
  select infra into foreign_infra from jsonb_populate_recordset(null::journal, p_entries)
    where infra is distinct from home.infra limit 1;
  if found then
    raise check_violation using message =
      format('task %s may report on infra "%s" only, not on "%s"', p_task, home.infra, foreign_infra);
  elsif home.check_mode or not exists (select from locks where infra = home.infra and granted_at is not null
                                         and holder_id in (home.id, home.batch_id)) then
    raise check_violation using message =
      format('task %s may report no change: it does not hold the lock of infra "%s"', p_task, home.infra);
  end if;
  if home.compensates is not null then
    select min(seq) into undoing from journal
      where task_id = any (lineage_of((select t from tasks t where t.id = home.compensates)));
  elsif home.program = 'undo' then
    select min(j.seq) into undoing from task_specs s
      cross join jsonb_array_elements_text(s.spec -> 'entries') as undone (number) join journal j on j.seq = undone.number::bigint
      where s.task_id = p_task;
  end if;
  for entry in select * from jsonb_populate_recordset(null::journal, p_entries) loop
    if entry.state = 'intended' then
      insert into journal (task_id, batch_id, attempt, state, change, infra, kind, name, provider, driver, before, after)
        values (p_task, home.batch_id, p_attempt, 'intended', entry.change, entry.infra, entry.kind, entry.name,
                entry.provider, entry.driver, entry.before, entry.after);
    else
      perform settle_change(home, entry, undoing);
    end if;
  end loop;
  return true;
end $$;

-- Of several attempts, in the order in which they came: one commit, one round trip. Returns what record_changes does, of each.
create function record_changes_together(p_workers uuid[], p_tasks uuid[], p_attempts int[], p_entries jsonb[])
returns boolean[] language plpgsql as $$
declare
  theirs boolean[] := '{}';
begin
  for each in 1 .. cardinality(p_tasks) loop
    theirs := theirs || record_changes(p_tasks[each], p_attempts[each], p_workers[each], p_entries[each]);
  end loop;
  return theirs;
end $$;

-- The id of a thing as the journal's indexes take it: a program may report one of any length.
create function journal_id(p_id text) returns text stable language sql as $$
  select case when octet_length(p_id) <= 512 then p_id else 'sha256:' || encode(sha256(convert_to(p_id, 'UTF8')), 'hex') end
$$;

-- Whether the inventory has that very thing, be it made again since.
create function is_inventoried(p_infra text, p_kind text, p_name text, p_id text) returns boolean stable language sql as $$
  select exists (select from resources where (infra, kind, name) = (p_infra, p_kind, p_name)
                   and (body ->> 'id' is not distinct from p_id or jsonb_exists(body -> 'restores', p_id)))
$$;

-- Something was done: its intent, if it was written, becomes the record of it, and the inventory follows. What exists and is
-- not in the inventory is adopted: it is recorded as something that the platform did not make.
create function settle_change(p_task tasks, p_entry journal, p_undoing bigint) returns void language plpgsql as $$
declare
  whole_id text := coalesce(p_entry.after, p_entry.before) ->> 'id';
  thing_id text := journal_id(whole_id);
  line uuid[] := lineage_of(p_task);
  adopted journal;
  intent bigint;
begin
  if p_entry.change = 'adopt' and is_inventoried(p_entry.infra, p_entry.kind, p_entry.name, whole_id) then
    return;
  end if;
  -- A thing comes into being once and goes once: whoever finds it done, after a death, need not have done it.
  if exists (select from journal where (infra, kind, name, change) = (p_entry.infra, p_entry.kind, p_entry.name, p_entry.change)
               and resource_id = thing_id and state <> 'intended'
               and (task_id = p_task.id or change in ('create', 'destroy')
                    or (change = 'change' and task_id = any (line) and after = p_entry.after))) then
    return;
  end if;
  -- Of two operations at once, one may find what the other one has made and not yet reported: it was made here, not found.
  if p_entry.change = 'create' then
    delete from journal where (infra, kind, name, change) = (p_entry.infra, p_entry.kind, p_entry.name, 'adopt')
      and resource_id = thing_id and state = 'done';
  end if;
  if p_entry.change = 'change' and p_undoing is null and p_entry.before is not null
     and not is_inventoried(p_entry.infra, p_entry.kind, p_entry.name, p_entry.before ->> 'id') then
    adopted := p_entry;
    adopted.change := 'adopt';
    adopted.before := null;
    adopted.after := p_entry.before;
    perform settle_change(p_task, adopted, null);
  end if;
  select seq into intent from journal where task_id = any (line) and state in ('intended', 'unknown')
      and (infra, kind, name, change) = (p_entry.infra, p_entry.kind, p_entry.name, p_entry.change)
    order by seq desc limit 1;
  -- A place of its own, behind whatever was done since it was meant: a checkpoint that lies between the two does not have it.
  delete from journal where seq = intent;
  insert into journal (task_id, batch_id, attempt, state, change, infra, kind, name, provider, driver, resource_id, before,
                       after, undoes_seq)
    values (p_task.id, p_task.batch_id, p_task.attempt, 'done', p_entry.change, p_entry.infra, p_entry.kind,
            p_entry.name, p_entry.provider, p_entry.driver, thing_id, p_entry.before, p_entry.after, p_undoing);
  perform record_event(null, null, p_task.attempt, 'resource_changed', 'Done', jsonb_build_object(
    'task_id', p_task.id, 'change', p_entry.change, 'infra', p_entry.infra, 'kind', p_entry.kind, 'name', p_entry.name,
    'provider', p_entry.provider, 'driver', p_entry.driver, 'resource_id', thing_id));
  if p_entry.after is null then
    delete from resources where (infra, kind, name) = (p_entry.infra, p_entry.kind, p_entry.name)
      and (body ->> 'id' = whole_id or (p_entry.change = 'forget' and jsonb_exists(body -> 'restores', whole_id)));
  else
    insert into resources as known (infra, kind, name, provider, driver, body, version, task_id, created_at, updated_at)
      values (p_entry.infra, p_entry.kind, p_entry.name, p_entry.provider, p_entry.driver, p_entry.after, 1, p_task.id,
              now(), now())
      on conflict (infra, kind, name) do update set
        provider = excluded.provider, driver = excluded.driver, body = excluded.body, version = known.version + 1,
        task_id = excluded.task_id, updated_at = now();
  end if;
end $$;

-- A task has come to its end: what it meant to do and did not is no longer meant; what it has undone is undone. Where
-- nobody knows what it did, because it was lost, ended by a signal, or its report could not be stored, what it meant to do
-- stays unknown.
create function close_journal(p_task tasks) returns void language plpgsql as $$
declare
  result task_results;
  untold boolean;
  undone uuid[];
begin
  select * into result from task_results where task_id = p_task.id;
  if (p_task.compensates is not null or p_task.program = 'undo')
     and jsonb_typeof(result.data #> '{result,data,gone}') = 'array' then
    -- What undoing did not find any more does not exist, whoever took it away. Commands report what they like.
    delete from resources r
      using jsonb_array_elements(result.data #> '{result,data,gone}') as gone
      where (r.infra, r.kind, r.name) = (p_task.infra, gone ->> 'kind', gone ->> 'name')
        and (r.body ->> 'id' = gone ->> 'id' or jsonb_exists(r.body -> 'restores', gone ->> 'id'));
  end if;
  untold := coalesce(jsonb_exists(result.evidence, 'refused'), false);
  update journal set state = case when p_task.worker_id is null or p_task.signal is not null or untold then 'unknown' else 'failed' end
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
