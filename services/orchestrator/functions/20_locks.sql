-- Infra locks: one workflow, batch or rollback changes an infra at a time. Each infra has a queue, ordered by ticket. The
-- first holder in the queue has the lock until it ends.
--
-- Order in which locks are acquired: rows of plans, rows of workers, rows of batches (in the order of their ids), rows of
-- tasks, then advisory locks of infras (in the order of their names). A transaction that holds the advisory lock of an infra never
-- waits for a row: a holder whose row is locked is being cancelled and leaves the queue itself, or one of its operations
-- is, and `grant_locks` follows. test/integration/concurrency.test.ts checks this order.

-- Acquires the advisory lock of the queue of an infra until the end of the transaction.
create function lock_infra(p_infra text) returns void language sql as $$
  select pg_advisory_xact_lock(hashtextextended('infra:' || p_infra, 0))
$$;

-- Adds a holder to the queues of several infras, with one ticket.
-- p_kind: `task`, `batch`, or `plan` for a plan that is executed and has started nothing yet.
-- Returns whether the holder is first in all of them. If so, the locks are granted. A batch that executes a plan has them
-- already.
create function request_locks(p_infras text[], p_holder uuid, p_kind text) returns boolean language plpgsql as $$
declare
  drawn bigint;
  wanted text;
begin
  if exists (select from locks where holder_id = p_holder and granted_at is not null) then
    return true;
  end if;
  for wanted in select distinct unnest(p_infras) order by 1 loop
    perform lock_infra(wanted);
  end loop;
  drawn := nextval('lock_tickets');
  insert into locks (infra, ticket, holder_id, holder_kind)
    select distinct name, drawn, p_holder, p_kind from unnest(p_infras) as name;
  if exists (select from locks mine join locks before on before.infra = mine.infra and before.ticket < mine.ticket
             where mine.holder_id = p_holder) then
    return false;
  end if;
  update locks set granted_at = now() where holder_id = p_holder;
  return true;
end $$;

-- Starts the first holder in the queue of an infra, if it is first in each of its queues. Returns the tasks that became
-- ready.
create function grant_lock(p_infra text) returns uuid[] language plpgsql as $$
declare
  head locks;
begin
  select * into head from locks where infra = p_infra order by ticket limit 1;
  if not found or head.granted_at is not null
     or exists (select from locks mine join locks before on before.infra = mine.infra and before.ticket < mine.ticket
                where mine.holder_id = head.holder_id) then
    return '{}';
  end if;
  if head.holder_kind = 'task' then
    perform from tasks where id = head.holder_id and status = 'Waiting' for update skip locked;
  elsif head.holder_kind = 'plan' then
    perform from plans where run_id = head.holder_id and status = 'Executing' for update skip locked;
  else
    perform from batches where id = head.holder_id and status = 'Pending' for update skip locked;
  end if;
  if not found then
    return '{}';
  end if;
  update locks set granted_at = now() where holder_id = head.holder_id;
  if head.holder_kind = 'batch' then
    return start_batch(head.holder_id);
  elsif head.holder_kind = 'plan' then
    -- The periodic job `plans` goes on with it.
    return '{}';
  end if;
  update tasks set status = 'Ready', ready_at = now() where id = head.holder_id;
  perform record_events(array[head.holder_id], 'ready', jsonb_build_object('lock', p_infra));
  return array[head.holder_id];
end $$;

-- Removes holders that have ended from all queues and starts the holders that follow. Returns the tasks that became
-- ready.
create function release_locks(p_holders uuid[]) returns uuid[] language plpgsql as $$
declare
  freed text;
  ready uuid[] := '{}';
begin
  for freed in select distinct infra from locks where holder_id = any (p_holders) order by 1 loop
    perform lock_infra(freed);
    delete from locks where infra = freed and holder_id = any (p_holders);
    ready := ready || grant_lock(freed);
  end loop;
  return ready;
end $$;

-- Starts holders that are first in their queues and were not started when they became first: two holders of several
-- infras may leave at the same moment, each still seeing the other. Returns the tasks that became ready.
create function grant_locks() returns uuid[] language plpgsql as $$
declare
  infra_name text;
  ready uuid[] := '{}';
begin
  for infra_name in
    -- An index scan from infra to infra: the length of a queue does not matter.
    with recursive names as (
      select min(infra) as infra from locks
      union all
      select (select min(infra) from locks where infra > names.infra) from names where names.infra is not null
    )
    select names.infra from names
      where (select granted_at is null from locks where infra = names.infra order by ticket limit 1)
  loop
    if pg_try_advisory_xact_lock(hashtextextended('infra:' || infra_name, 0)) then
      ready := ready || grant_lock(infra_name);
    end if;
  end loop;
  return ready;
end $$;
