-- Reading the history for somebody outside, one reader at a time. What is read is told, then the position is advanced: who
-- dies in between is followed by one who tells it again.

-- Where the reader stands, if it is his turn. A turn is kept by taking it again, and lost when it is not.
create function take_turn(p_consumer text, p_holder uuid, p_seconds int) returns bigint language plpgsql as $$
begin
  update feed_turns set holder = p_holder, held_until = now() + make_interval(secs => p_seconds)
    where consumer = p_consumer and (holder is not distinct from p_holder or held_until < now());
  if not found then
    return null;
  end if;
  return (select seq from feed_positions where consumer = p_consumer);
end $$;

create function move_on(p_consumer text, p_holder uuid, p_seq bigint) returns void language sql as $$
  update feed_positions set seq = p_seq, updated_at = now()
    where consumer = p_consumer and seq < p_seq
      and exists (select from feed_turns t where t.consumer = p_consumer and t.holder = p_holder)
$$;

create function end_turn(p_consumer text, p_holder uuid) returns void language sql as $$
  update feed_turns set holder = null, held_until = '-infinity' where consumer = p_consumer and holder = p_holder
$$;

-- What a reader has before him, counted up to p_most, and since when.
create function backlog_of(p_consumer text, p_most int) returns table (rows int, oldest timestamptz)
language sql stable as $$
  select count(*)::int, min(at) from (
    select at from events where seq > (select p.seq from feed_positions p where p.consumer = p_consumer)
      order by seq limit p_most) ahead
$$;

-- Since when something lies before a reader that he has not read. Numbers are drawn in about the order of time: a day is
-- more than a transaction may last.
create function oldest_unread() returns timestamptz stable language sql as $$
  select min((select at from events where seq > p.seq order by seq limit 1)) - interval '1 day' from feed_positions p
$$;
