-- Reads of the event history by an external consumer, one process at a time. A reader sends what it read and then
-- advances the position. If it dies in between, the next reader sends the same events again.

-- Claims or renews the right to read for p_consumer, for p_seconds. A turn that is not renewed is lost.
-- p_holder: the process.
-- Returns the position (number of the last event that was sent); null while another process has the turn.
create function claim_feed_turn(p_consumer text, p_holder uuid, p_seconds int) returns bigint language plpgsql as $$
begin
  update feed_turns set holder = p_holder, held_until = now() + make_interval(secs => p_seconds)
    where consumer = p_consumer and (holder is not distinct from p_holder or held_until < now());
  if not found then
    return null;
  end if;
  return (select seq from feed_positions where consumer = p_consumer);
end $$;

-- Advances the position of p_consumer to p_seq, if p_holder has the turn. A position never moves back.
create function advance_feed(p_consumer text, p_holder uuid, p_seq bigint) returns void language sql as $$
  update feed_positions set seq = p_seq, updated_at = now()
    where consumer = p_consumer and seq < p_seq
      and exists (select from feed_turns t where t.consumer = p_consumer and t.holder = p_holder)
$$;

-- Gives up the turn of p_consumer, so that another process can claim it at once.
create function release_feed_turn(p_consumer text, p_holder uuid) returns void language sql as $$
  update feed_turns set holder = null, held_until = '-infinity' where consumer = p_consumer and holder = p_holder
$$;

-- Returns the number of events that p_consumer has not read, counted up to p_most, and the time of the oldest one (null
-- if there is none).
create function backlog_of(p_consumer text, p_most int) returns table (rows int, oldest timestamptz)
language sql stable as $$
  select least(coalesce(sum(n), 0), p_most)::int, min(ahead.at) from feed_positions p cross join lateral (
    (select at, 1 as n from event_rows where seq > p.seq order by seq limit p_most)
    union all
    (select at, cardinality(task_ids) - greatest(0, p.seq - number + 1) from event_chunks
       where number > p.seq - 4096 and number + cardinality(task_ids) - 1 > p.seq order by number limit p_most)) ahead
    where p.consumer = p_consumer
$$;

-- Returns a time before the oldest event that some consumer has not read; null if every consumer has read everything.
-- Numbers are assigned in approximate order of time: one day is more than a transaction may last.
create function oldest_unread() returns timestamptz stable language sql as $$
  select least(min((select at from event_rows where seq > p.seq order by seq limit 1)),
               min((select at from event_chunks where number > p.seq - 4096 and number + cardinality(task_ids) - 1 > p.seq
                      order by number limit 1))) - interval '1 day'
    from feed_positions p
$$;
