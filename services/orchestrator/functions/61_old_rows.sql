-- Deletes old rows in steps. docs/retention.md has the period of each table.
--
-- A step is one short transaction: it looks at p_rows rows at most and waits for no lock. p_after is null or what the last step
-- returned; a step returns null when nothing is left to look at now.

-- Returns the time before which ended work is old. Work whose events some consumer has not read is never old.
create function old_before(p_days int) returns timestamptz stable language sql as $$
  select least(now() - make_interval(days => p_days), oldest_unread())
$$;

-- Deletes the keys that claim_idempotency_key no longer compares.
create function delete_old_idempotency_keys(p_days int, p_after text, p_rows int) returns text language plpgsql as $$
declare
  deleted int;
begin
  delete from idempotency_keys where (principal, key) in (
    select principal, key from idempotency_keys where created_at < now() - interval '24 hours'
      order by created_at limit p_rows for update skip locked);
  get diagnostics deleted = row_count;
  return case when deleted = p_rows then 'more' end;
end $$;

-- Deletes deliveries of webhooks that were delivered or given up.
create function delete_old_deliveries(p_days int, p_after text, p_rows int) returns text language plpgsql as $$
declare
  deleted int;
begin
  delete from webhook_deliveries where id in (
    select id from webhook_deliveries where state <> 'pending' and created_at < now() - make_interval(days => p_days)
      order by created_at limit p_rows for update skip locked);
  get diagnostics deleted = row_count;
  return case when deleted = p_rows then 'more' end;
end $$;

-- Deletes workers that were declared dead. The last lease of all is kept: register_worker holds stale work because of it.
create function delete_old_workers(p_days int, p_after text, p_rows int) returns text language plpgsql as $$
declare
  deleted int;
begin
  delete from workers where id in (
    select id from workers w
      where state = 'dead' and lease_until < now() - make_interval(days => p_days)
        and lease_until < (select max(lease_until) from workers)
        and not exists (select from tasks t where t.worker_id = w.id and t.status in ('Running', 'Unknown'))
      limit p_rows for update skip locked);
  get diagnostics deleted = row_count;
  return case when deleted = p_rows then 'more' end;
end $$;

-- Deletes the journal of resources that have left the inventory, if all entries of the resource are settled, old, and not
-- needed by a checkpoint. The journal of a resource is deleted only as a whole: a rollback needs its beginning. The newest
-- entry of all is the position of the journal and is kept.
create function delete_old_journal(p_days int, p_after text, p_rows int) returns text language plpgsql as $$
declare
  boundary timestamptz := old_before(p_days);
  needed_after bigint := coalesce((select min(journal_seq) from checkpoints), 9223372036854775807);
  seen bigint[];
  old bigint[];
begin
  -- close_ranges counts these rows.
  if not pg_try_advisory_xact_lock(hashtextextended('ranges', 0)) then
    return null;
  end if;
  seen := array(select seq from (select seq, at from journal where seq > coalesce(p_after::bigint, 0) order by seq limit p_rows) next
                  where at < boundary order by seq);
  old := array(
    select j.seq from journal j
      where j.seq = any (seen) and j.seq < (select max(seq) from journal)
        and not exists (select from resources r where (r.infra, r.kind, r.name) = (j.infra, j.kind, j.name))
        and not exists (select from journal other where (other.infra, other.kind, other.name) = (j.infra, j.kind, j.name)
                          and (other.at >= boundary or other.seq > needed_after or other.state in ('intended', 'unknown')))
      order by j.seq for update skip locked);
  with gone as (
    select (select min(last_seq) from journal_ranges where last_seq >= j.seq) as last_seq, infra, kind, count(*) as n
      from journal j where seq = any (old) group by 1, 2, 3
  )
  update journal_ranges r set n = r.n - gone.n from gone
    where (r.last_seq, r.infra, r.kind) = (gone.last_seq, gone.infra, gone.kind);
  delete from journal_ranges where n = 0 and last_seq <= (select min(last_seq) from journal_ranges where last_seq >= old[cardinality(old)]);
  delete from journal where seq = any (old);
  return case when cardinality(seen) = p_rows then seen[p_rows]::text end;
end $$;

-- Deletes batches that have ended. A batch stays while the journal has entries of it, and while the batch that resumed it
-- exists. Its operations are deleted by delete_old_tasks.
create function delete_old_batches(p_days int, p_after text, p_rows int) returns text language plpgsql as $$
declare
  boundary timestamptz := old_before(p_days);
  seen uuid[] := array(select id from batches where (p_after is null or id > p_after::uuid) and id < id_at(boundary)
                         order by id limit p_rows);
begin
  delete from batches where id in (
    select id from batches b
      where id = any (seen) and completed_at < boundary
        and not exists (select from journal j where j.batch_id = b.id)
        and not exists (select from batches later where later.resume_of = b.id)
      for update skip locked);
  return case when cardinality(seen) = p_rows then seen[p_rows]::text end;
end $$;

-- Deletes tasks that have ended, with all that belongs to them. An operation stays as long as its batch, and a task while the
-- journal has entries of it or while the task that retried it exists.
create function delete_old_tasks(p_days int, p_after text, p_rows int) returns text language plpgsql as $$
declare
  boundary timestamptz := old_before(p_days);
  seen uuid[];
  old uuid[];
begin
  -- close_ranges counts these rows.
  if not pg_try_advisory_xact_lock(hashtextextended('ranges', 0)) then
    return null;
  end if;
  seen := array(select id from tasks where (p_after is null or id > p_after::uuid) and id < id_at(boundary) order by id limit p_rows);
  old := array(
    select t.id from tasks t
      where t.id = any (seen) and t.completed_at < boundary
        and not exists (select from batches b where b.id = t.batch_id)
        and not exists (select from journal j where j.task_id = t.id)
        and not exists (select from tasks later where later.retry_of = t.id)
      order by t.id for update skip locked);
  with gone as (
    select (select last_id from task_ranges where last_id >= t.id order by last_id limit 1) as last_id, count(*) as n,
           count(*) filter (where status = 'Completed') as completed, count(*) filter (where status = 'Failed') as failed,
           count(*) filter (where status = 'Cancelled') as cancelled
      from tasks t where id = any (old) group by 1
  )
  update task_ranges r set n = r.n - gone.n, completed = r.completed - gone.completed, failed = r.failed - gone.failed,
                           cancelled = r.cancelled - gone.cancelled
    from gone where r.last_id = gone.last_id;
  delete from task_ranges
    where n = 0 and last_id <= (select last_id from task_ranges where last_id >= old[cardinality(old)] order by last_id limit 1);
  delete from task_results where task_id = any (old);
  delete from task_progress where task_id = any (old);
  delete from task_specs where task_id = any (old);
  delete from op_deps where depends_on = any (old);
  delete from tasks where id = any (old);
  return case when cardinality(seen) = p_rows then seen[p_rows]::text end;
end $$;

-- Deletes plans that have ended, with their decisions. A plan stays as long as the batch, task or rollback that executed it.
create function delete_old_plans(p_days int, p_after text, p_rows int) returns text language plpgsql as $$
declare
  boundary timestamptz := old_before(p_days);
  seen uuid[] := array(select id from plans where (p_after is null or id > p_after::uuid) and id < id_at(boundary)
                         order by id limit p_rows);
begin
  delete from plans where id in (
    select id from plans p
      where id = any (seen) and ended_at < boundary
        and not exists (select from batches b where b.id = p.run_id)
        and not exists (select from tasks t where t.id = p.run_id)
      for update skip locked);
  return case when cardinality(seen) = p_rows then seen[p_rows]::text end;
end $$;
