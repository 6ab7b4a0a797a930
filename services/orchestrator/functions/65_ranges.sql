-- Counts of rows that no longer change (`task_ranges`, `journal_ranges`): pages far down a list are found by adding them
-- up.

-- Returns a time before which every row is committed, even if an id or a time came from the clock of another process.
create function settled_before() returns timestamptz stable language sql as $$
  select now() - interval '10 minutes'
$$;

-- Returns the smallest version 7 UUID of a moment.
create function id_at(p_at timestamptz) returns uuid immutable language sql as $$
  select rpad(lpad(to_hex((extract(epoch from p_at) * 1000)::bigint), 12, '0') || '7', 32, '0')::uuid
$$;

-- Counts the next ranges, at most p_most of each kind. Returns how many: 0 if nothing is left to count or another process
-- does it.
create function close_ranges(p_most int default 50) returns int language plpgsql as $$
begin
  if not pg_try_advisory_xact_lock(hashtextextended('ranges', 0)) then
    return 0;
  end if;
  return close_task_ranges(p_most, 2000) + close_journal_ranges(p_most, 5000);
end $$;

-- Counts ranges of p_size tasks each, at most p_most. Returns how many were added.
create function close_task_ranges(p_most int, p_size int) returns int language plpgsql as $$
declare
  top uuid := coalesce((select last_id from task_ranges order by last_id desc limit 1), '00000000-0000-0000-0000-000000000000');
  next_top uuid;
  closed int := 0;
begin
  while closed < p_most loop
    next_top := (select id from tasks where id > top order by id offset p_size - 1 limit 1);
    exit when next_top is null or next_top >= id_at(settled_before());
    insert into task_ranges (last_id, after_id, n) values (next_top, top, p_size);
    top := next_top;
    closed := closed + 1;
  end loop;
  update task_ranges r set completed = ended.completed, failed = ended.failed, cancelled = ended.cancelled
    from task_ranges still
         cross join lateral (
           select count(*) filter (where status = 'Completed') as completed, count(*) filter (where status = 'Failed') as failed,
                  count(*) filter (where status = 'Cancelled') as cancelled
             from tasks t where t.id > still.after_id and t.id <= still.last_id) ended
    where still.completed is null and r.last_id = still.last_id
      and ended.completed + ended.failed + ended.cancelled = still.n;
  return closed;
end $$;

-- Counts ranges of p_size journal entries each, at most p_most. An intent is replaced when it is settled, so ranges end
-- before the first open intent. Returns how many were added.
create function close_journal_ranges(p_most int, p_size int) returns int language plpgsql as $$
declare
  top bigint := coalesce((select max(last_seq) from journal_ranges), 0);
  open_from bigint := coalesce((select min(seq) from journal where state = 'intended'), 9223372036854775807);
  next_top bigint;
  closed int := 0;
begin
  while closed < p_most loop
    next_top := (select seq from (select seq, at from journal where seq > top order by seq offset p_size - 1 limit 1) last
                   where at < settled_before());
    exit when next_top is null or next_top >= open_from;
    insert into journal_ranges (last_seq, infra, kind, n)
      select next_top, infra, kind, count(*) from journal where seq > top and seq <= next_top group by infra, kind;
    top := next_top;
    closed := closed + 1;
  end loop;
  return closed;
end $$;

-- Finds the position after the first p_offset rows of the list of tasks, newest first.
-- p_status: Completed, Failed or Cancelled; null: all tasks.
-- The page begins with the newest task up to start_id, after skipping `rest` more rows.
create function task_page_start(p_status text, p_offset bigint) returns table (start_id uuid, rest bigint)
stable language plpgsql as $$
declare
  top uuid := (select last_id from task_ranges order by last_id desc limit 1);
  ahead bigint;
begin
  if p_status is null then
    ahead := (select count(*) from tasks where id > top);
  else
    ahead := (select count(*) from tasks where status = p_status and id > top);
  end if;
  if top is null or p_offset < ahead then
    return query select 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid, p_offset;
    return;
  end if;
  return query select summed.last_id, p_offset - ahead - (summed.through - summed.n) from (
      select counted.*, sum(counted.n) over (order by counted.last_id desc)::bigint as through from (
        select r.last_id, case
            when p_status is null then r.n
            when r.completed is null then
              (select count(*) from tasks t where t.status = p_status and t.id > r.after_id and t.id <= r.last_id)
            when p_status = 'Completed' then r.completed when p_status = 'Failed' then r.failed else r.cancelled end as n
          from task_ranges r) counted) summed
    where summed.through > p_offset - ahead order by summed.last_id desc limit 1;
end $$;

-- Returns the number of journal entries and the position after the first p_offset ones, newest first, see
-- task_page_start. Null filters match everything.
create function journal_page_start(p_infra text, p_kind text, p_offset bigint)
returns table (total bigint, start_seq bigint, rest bigint) stable language plpgsql as $$
declare
  top bigint := coalesce((select max(last_seq) from journal_ranges), 0);
  ahead bigint := (select count(*) from journal where seq > top and (p_infra is null or infra = p_infra)
                                                                and (p_kind is null or kind = p_kind));
  behind bigint := (select coalesce(sum(n), 0) from journal_ranges where (p_infra is null or infra = p_infra)
                                                                     and (p_kind is null or kind = p_kind));
begin
  if p_offset < ahead or p_offset >= ahead + behind then
    return query select ahead + behind, 9223372036854775807, p_offset;
    return;
  end if;
  return query select ahead + behind, summed.last_seq, p_offset - ahead - (summed.through - summed.n) from (
      select counted.*, sum(counted.n) over (order by counted.last_seq desc)::bigint as through from (
        select r.last_seq, sum(r.n)::bigint as n from journal_ranges r
          where (p_infra is null or infra = p_infra) and (p_kind is null or kind = p_kind) group by r.last_seq) counted) summed
    where summed.through > p_offset - ahead order by summed.last_seq desc limit 1;
end $$;
