-- Functions that processes of release 0.1 call under their former names, with the same parameters and results. Old and
-- new processes run side by side during a rollout (docs/decisions/0007). Remove each one release after its replacement.

-- Now claim_idempotency_key.
create function take_idempotency_key(p_principal text, p_key text, p_hash text, p_id uuid)
returns table (outcome text, first_id uuid) language sql as $$
  select * from claim_idempotency_key(p_principal, p_key, p_hash, p_id)
$$;

-- Now publish_health.
create function tell_health(p_teller uuid, p_overall text, p_details jsonb) returns void language sql as $$
  select publish_health(p_teller, p_overall, p_details)
$$;

-- Now claim_feed_turn.
create function take_turn(p_consumer text, p_holder uuid, p_seconds int) returns bigint language sql as $$
  select claim_feed_turn(p_consumer, p_holder, p_seconds)
$$;

-- Now advance_feed.
create function move_on(p_consumer text, p_holder uuid, p_seq bigint) returns void language sql as $$
  select advance_feed(p_consumer, p_holder, p_seq)
$$;

-- Now release_feed_turn.
create function end_turn(p_consumer text, p_holder uuid) returns void language sql as $$
  select release_feed_turn(p_consumer, p_holder)
$$;

-- Now promote_due_retries.
create function wake_due() returns uuid[] language sql as $$
  select promote_due_retries()
$$;

-- Now report_lost_attempt.
create function lose_task(p_id uuid, p_attempt int, p_worker uuid, p_reason text, p_begun boolean) returns uuid[]
language sql as $$
  select report_lost_attempt(p_id, p_attempt, p_worker, p_reason, p_begun)
$$;

-- Workers whose lease has ended.
create function expired_workers() returns setof uuid language sql as $$
  select id from workers where state = 'alive' and lease_until < now()
$$;
