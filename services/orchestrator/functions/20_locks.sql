-- One infra is changed by one workflow at a time: before each infra stands a line, and its first has it until he ends.
--
-- The order in which everything here waits: rows of workers, then rows of batches (several in the order of their ids), then
-- rows of tasks, then the advisory locks of infras in the order of their names. Whoever holds an infra's advisory lock never
-- waits for a row: a holder whose row is taken is just being cancelled and leaves the line himself, or one of his operations
-- is, and `grant_locks` comes by. Held by test/integration/concurrency.test.ts.

create function lock_infra(p_infra text) returns void language sql as $$
  select pg_advisory_xact_lock(hashtextextended('infra:' || p_infra, 0))
$$;

-- Stands in line before all of these infras. Returns whether they are all his at once.
create function request_locks(p_infras text[], p_holder uuid, p_kind text) returns boolean language plpgsql as $$
declare
  drawn bigint;
  wanted text;
begin
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

-- Starts the first in line, if he is first wherever he needs to be. Returns the tasks that became ready by it.
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
  else
    perform from batches where id = head.holder_id and status = 'Pending' for update skip locked;
  end if;
  if not found then
    return '{}';
  end if;
  update locks set granted_at = now() where holder_id = head.holder_id;
  if head.holder_kind = 'batch' then
    return start_batch(head.holder_id);
  end if;
  update tasks set status = 'Ready', ready_at = now() where id = head.holder_id;
  perform record_events(array[head.holder_id], 'ready', jsonb_build_object('lock', p_infra));
  return array[head.holder_id];
end $$;

-- These holders have ended: those who come after them start.
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

-- Starts whoever is first in line and was not started when he became it: two holders of several infras may leave at the
-- same moment, each still seeing the other.
create function grant_locks() returns uuid[] language plpgsql as $$
declare
  infra_name text;
  ready uuid[] := '{}';
begin
  for infra_name in
    -- From infra to infra, however long the line before one of them is.
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
