-- Partitions and counts.

-- Creates the partitions of today and the next p_days days. A day's partitions must exist before the day begins.
-- They are created first and attached then. `create table … partition of` would lock the whole table, and deadlock with
-- claims, which write events and then read logs.
create function create_partitions(p_days int) returns void language plpgsql as $$
declare
  today date := (now() at time zone 'UTC')::date;
  parent text;
  day date;
  part text;
begin
  perform pg_advisory_xact_lock(hashtextextended('partitions', 0));
  foreach parent in array array['task_logs', 'event_chunks'] loop
    for day in select generate_series(today, today + p_days, interval '1 day')::date loop
      part := parent || '_' || to_char(day, 'YYYYMMDD');
      continue when to_regclass(quote_ident(part)) is not null;
      execute format('create table %I (like %I including all)', part, parent);
      execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, part,
                     day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC');
    end loop;
  end loop;
end $$;

-- Drops partitions that are older than p_days days, except days whose history is still needed by a task that has not
-- ended, or has not been read by every consumer.
-- Returns the names of the dropped partitions. A lock that is not available at once is left for the next call.
create function drop_old_partitions(p_days int) returns setof text language plpgsql as $$
declare
  oldest_open timestamptz := coalesce((select min(created_at) from tasks where status in
    ('Blocked', 'Waiting', 'Ready', 'Running', 'RetryWait', 'Unknown')), now());
  keep_from date := (least(now() - make_interval(days => p_days), oldest_open, oldest_unread()) at time zone 'UTC')::date;
  old_table text;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('partitions', 0)) then
    return;
  end if;
  set local lock_timeout = '200ms';
  for old_table in
    select child.relname from pg_inherits
      join pg_class parent on parent.oid = pg_inherits.inhparent
      join pg_class child on child.oid = pg_inherits.inhrelid
      cross join lateral (select substring(pg_get_expr(child.relpartbound, child.oid) from 'TO \(''([^'']+)''\)')::timestamptz) bound (ends_at)
      where parent.relnamespace = current_schema()::regnamespace and parent.relname in ('task_logs', 'event_rows', 'event_chunks')
        and (bound.ends_at at time zone 'UTC')::date <= keep_from
      order by bound.ends_at, parent.relname desc
  loop
    begin
      execute format('drop table %I', old_table);
      return next old_table;
    exception when lock_not_available then
      return;
    end;
  end loop;
end $$;

-- Sums up the counts: one row for each kind and day (each month, when it is over). No reader ever sees a smaller sum than
-- before: Prometheus reads a counter that decreases as a restart.
create function sum_tallies() returns void language plpgsql as $$
begin
  if not pg_try_advisory_xact_lock(hashtextextended('tallies', 0)) then
    return;
  end if;
  with deleted as (delete from tallies returning *)
  insert into tallies (day, kind, status, le, n, seconds)
    select case when day < date_trunc('month', now() at time zone 'UTC')::date - 31 then date_trunc('month', day)::date else day end
             as since, kind, status, le, sum(n), sum(seconds)
      from deleted group by since, kind, status, le;
end $$;

select create_partitions(7);
