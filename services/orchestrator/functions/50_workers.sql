-- Renews a lease and tells what its worker should be doing. Null: the worker was declared dead.
create function heartbeat(p_worker uuid, p_lease interval) returns jsonb language plpgsql as $$
begin
  update workers set lease_until = now() + p_lease where id = p_worker and state = 'alive';
  if not found then
    return null;
  end if;
  return coalesce((select jsonb_agg(jsonb_build_object('id', id, 'attempt', attempt,
                                                       'cancel', cancel_requested_at is not null))
                   from tasks where worker_id = p_worker and status in ('Running', 'Unknown')), '[]');
end $$;

-- Why a worker can start no command now; null: it can. What is said of a worker that is declared dead changes nothing.
create function report_worker_fault(p_worker uuid, p_fault text) returns void language sql as $$
  update workers set fault = left(p_fault, 2000) where id = p_worker and state = 'alive'
$$;

-- Takes a task away from its worker, whose commands are gone. A lost attempt is made again where that is safe; where it is
-- not, or was lost too often, whoever can be asked is asked what became of it (Unknown); where nobody can, it has failed.
-- A planned stop costs no attempt; but what it ended half-way and must not run twice is lost all the same. The rows of the
-- task and of its batch are held.
create function take_away(p_task tasks, p_reason text, p_planned boolean) returns tasks language plpgsql as $$
declare
  lost tasks := p_task;
  next_status text;
begin
  next_status := case
    when lost.cancel_requested_at is not null then 'Cancelled'
    when p_planned and lost.status = 'Unknown' then 'Unknown'
    when p_planned and lost.repeatable then 'Ready'
    when lost.status = 'Unknown' then case when lost.losses + 1 < 2 * lost.max_attempts then 'Unknown' else 'Failed' end
    when lost.repeatable and lost.losses + 1 < lost.max_attempts then 'Ready'
    when lost.reconcilable then 'Unknown'
    else 'Failed' end;
  update tasks set
      status = next_status, worker_id = null, losses = losses + (not p_planned)::int,
      -- What was started before stands before what is newer.
      ready_at = case when next_status in ('Ready', 'Unknown') then ready_at end,
      completed_at = case when is_terminal(next_status) then now() end,
      error = case next_status
        when 'Cancelled' then 'Cancelled. ' || p_reason
        when 'Failed' then case
          when not lost.repeatable then 'It was lost while it ran, and is not to be run twice. ' || p_reason
          else 'Given up after ' || lost.losses + 1 || ' attempts. ' || p_reason end
        else lost.error end
    where id = lost.id returning * into lost;
  perform record_event(lost.id, lost.batch_id, lost.attempt, case next_status
      when 'Ready' then 'requeued' when 'Unknown' then 'outcome_unknown' when 'Cancelled' then 'cancelled'
      else 'finished' end, next_status, jsonb_build_object('reason', p_reason));
  if is_terminal(next_status) then
    perform tally(lost.kind, next_status, 1, lost.started_at);
    perform close_journal(lost);
    if lost.batch_id is not null then
      perform settle_operation(lost);
    end if;
  end if;
  return lost;
end $$;

-- Declares a worker dead, once, and gives its tasks away: only for one whose lease has ended (p_expired), or whose
-- commands are proven gone. Returns the tasks that became ready by it.
create function release_worker(p_worker uuid, p_reason text, p_planned boolean, p_expired boolean) returns uuid[]
language plpgsql as $$
declare
  lost tasks;
  home uuid;
  over uuid[];
  more uuid[];
  ended uuid[] := '{}';
  promoted uuid[] := '{}';
  homes uuid[];
begin
  update workers set state = 'dead' where id = p_worker and (not p_expired or (state = 'alive' and lease_until < now()));
  if not found and p_expired then
    return '{}';
  end if;
  homes := array(select distinct batch_id from tasks
                   where worker_id = p_worker and status in ('Running', 'Unknown') and batch_id is not null order by 1);
  perform from batches where id = any (homes) order by id for update;
  for lost in
    select * from tasks where worker_id = p_worker and status in ('Running', 'Unknown') order by id for update
  loop
    lost := take_away(lost, p_reason, p_planned);
    if is_terminal(lost.status) then
      ended := ended || lost.id;
    else
      promoted := promoted || lost.id;
    end if;
  end loop;
  foreach home in array homes loop
    select b.ended, b.promoted into over, more from go_on_with_batch(home) b;
    ended := ended || over;
    promoted := promoted || more;
  end loop;
  return promoted || release_locks(ended);
end $$;

-- One attempt was lost though its worker lives: the driver host that made it is gone. One that was never handed over
-- (p_begun is false) costs no attempt and may be made again, even where the task is not repeatable.
create function lose_task(p_id uuid, p_attempt int, p_worker uuid, p_reason text, p_begun boolean) returns uuid[]
language plpgsql as $$
declare
  lost tasks;
  over uuid[];
  more uuid[] := '{}';
begin
  perform from batches where id = (select batch_id from tasks where id = p_id) for update;
  select * into lost from tasks
    where id = p_id and attempt = p_attempt and worker_id = p_worker and status in ('Running', 'Unknown') for update;
  if not found then
    return '{}';
  end if;
  lost.repeatable := lost.repeatable or not p_begun;
  lost := take_away(lost, p_reason, not p_begun);
  over := array[lost.id];
  if lost.batch_id is not null then
    select b.ended, b.promoted into over, more from go_on_with_batch(lost.batch_id) b;
  end if;
  return more || case when is_terminal(lost.status) then release_locks(over) else array[lost.id] end;
end $$;

-- Whose lease has ended. While Postgres was away nobody could renew, but whoever could not has ended his commands by
-- himself long before that (fence < lease).
-- For workers of 0.1.
create function expired_workers() returns setof uuid language sql as $$
  select id from workers where state = 'alive' and lease_until < now()
$$;
