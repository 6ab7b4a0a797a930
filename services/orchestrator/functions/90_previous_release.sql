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

-- Now submit_tasks.
create function submit_task(p_task jsonb, p_principal text, p_key text, p_hash text)
returns table (task_id uuid, outcome text, task_status text) language sql as $$
  select task_id, outcome, task_status
    from submit_tasks(jsonb_build_array(p_task || jsonb_build_object('principal', p_principal, 'key', p_key, 'hash', p_hash)))
$$;

-- Now work_round(uuid, jsonb, jsonb). Here each member of a result is an array with an element for each result, and all
-- tasks share one capacity.
create function work_round(p_worker uuid, p_room int, p_ids uuid[], p_attempts int[], p_results uuid[], p_statuses text[],
                           p_permanent boolean[], p_exit_codes int[], p_signals text[], p_errors text[], p_outputs text[],
                           p_data jsonb[], p_evidence jsonb[], p_first_lines bigint[], p_line_counts int[], p_texts text[],
                           p_printed_at timestamptz[], p_total_steps int[], p_done_steps int[], p_current_steps text[],
                           p_changes jsonb[])
returns table (outcomes text[], ready uuid[], claimed jsonb) language sql as $$
  select * from work_round(
    p_worker, jsonb_build_object('commands', p_room, 'operations', p_room, 'total', p_room),
    (select coalesce(jsonb_agg(to_jsonb(r)), '[]')
       from unnest(p_ids, p_attempts, p_results, p_statuses, p_permanent, p_exit_codes, p_signals, p_errors, p_outputs, p_data,
                   p_evidence, p_first_lines, p_line_counts, p_texts, p_printed_at, p_total_steps, p_done_steps,
                   p_current_steps, p_changes)
         as r (task_id, attempt, result_id, status, permanent, exit_code, signal, error, output, data, evidence, first_line,
               line_count, text, printed_at, total_steps, done_steps, current_step, changes)))
$$;

-- Now describe_claims.
create function describe_claim(p_task tasks) returns jsonb stable language sql as $$
  select describe_claims(array[p_task]) -> 0
$$;

-- Now fail_late_deliveries; workers delete the old ones.
create function expire_deliveries(p_days int) returns void language plpgsql as $$
begin
  perform fail_late_deliveries(1000);
end $$;
