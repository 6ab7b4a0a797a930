-- A day's partitions must exist before the day does. Attached, not created as parts: that would take the whole table from
-- everybody, and claims, which write events and then read logs, would meet it half-way.
create function create_partitions(p_days int) returns void language plpgsql as $$
declare
  today date := (now() at time zone 'UTC')::date;
  parent text;
  day date;
  part text;
begin
  perform pg_advisory_xact_lock(hashtextextended('partitions', 0));
  foreach parent in array array['task_logs', 'events'] loop
    for day in select generate_series(today, today + p_days, interval '1 day')::date loop
      part := parent || '_' || to_char(day, 'YYYYMMDD');
      continue when to_regclass(quote_ident(part)) is not null;
      execute format('create table %I (like %I including all)', part, parent);
      execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, part,
                     day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC');
    end loop;
  end loop;
end $$;

-- Drops the days that are older than that, but for days of which something that has not ended may need its history, and
-- those with events that somebody has to read yet.
-- Returns the names of what was dropped. A lock that is not to be had at once is left for the next time: nothing waits.
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
      where parent.relnamespace = current_schema()::regnamespace and parent.relname in ('task_logs', 'events')
        and child.relname ~ '_\d{8}$' and to_date(right(child.relname, 8), 'YYYYMMDD') < keep_from
      order by right(child.relname, 8)
  loop
    begin
      execute format('drop table %I', old_table);
      return next old_table;
    exception when lock_not_available then
      return;
    end;
  end loop;
end $$;

-- Sums up what was counted: one row for each day (each month, when that is over) and kind. Nobody ever sees less than there
-- was: counters that go back are read as a restart.
create function sum_tallies() returns void language plpgsql as $$
begin
  if not pg_try_advisory_xact_lock(hashtextextended('tallies', 0)) then
    return;
  end if;
  with taken as (delete from tallies returning *)
  insert into tallies (day, kind, status, le, n, seconds)
    select case when day < date_trunc('month', now() at time zone 'UTC')::date - 31 then date_trunc('month', day)::date else day end
             as since, kind, status, le, sum(n), sum(seconds)
      from taken group by since, kind, status, le;
end $$;

select create_partitions(7);
