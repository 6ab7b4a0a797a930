-- Webhook deliveries.

-- Queues a delivery of each event to each enabled webhook that subscribes to it.
-- p_events: [{event, at, data}]; `data` is JSON text.
-- Returns the number of deliveries.
create function add_deliveries(p_events jsonb) returns int language plpgsql as $$
declare
  added int;
begin
  insert into webhook_deliveries (id, webhook_id, event, event_at, data)
    select new_id(), w.id, e.event, e.at, e.data
      from jsonb_to_recordset(p_events) as e(event text, at timestamptz, data text)
      join webhooks w on w.enabled and e.event = any (w.events);
  get diagnostics added = row_count;
  return added;
end $$;

-- Claims deliveries that are due; none while work is held after a restore. The caller sends them and reports the outcome with settle_delivery within p_lease
-- seconds; otherwise they are due again.
-- p_busy: webhooks that have enough requests in flight. p_each: at most so many for each webhook. p_failures: after so
--   many failures in a row a webhook gets one delivery at a time, as a probe.
-- delivery: ClaimedRow (postgres/webhooks/delivery-queue.ts).
create function claim_deliveries(p_busy uuid[], p_each int, p_lease int, p_failures int)
returns table (delivery jsonb) language plpgsql as $$
declare
  hook webhooks;
  chosen uuid[];
begin
  for hook in
    select * from webhooks w
      where enabled and (open_until is null or open_until <= now()) and w.id <> all (p_busy)
        and not exists (select from restore_holds where ended_at is null)
        and exists (select from webhook_deliveries d
                      where d.webhook_id = w.id and d.state = 'pending' and d.next_attempt_at <= now())
      order by w.id for update skip locked
  loop
    chosen := array(select d.id from webhook_deliveries d
                      where d.webhook_id = hook.id and d.state = 'pending' and d.next_attempt_at <= now()
                      order by d.next_attempt_at, d.id limit case when hook.failures >= p_failures then 1 else p_each end
                      for update skip locked);
    if hook.failures >= p_failures then
      update webhooks set open_until = now() + make_interval(secs => p_lease) where id = hook.id;
    end if;
    return query
      update webhook_deliveries d set attempts = d.attempts + 1, last_attempt_at = now(),
                                      next_attempt_at = now() + make_interval(secs => p_lease)
        where d.id = any (chosen)
        returning jsonb_build_object(
          'id', d.id, 'attempt', d.attempts, 'event', d.event, 'at', d.event_at, 'data', d.data, 'webhook_id', hook.id,
          'url', hook.url, 'owner_id', hook.owner_id, 'owner_roles', hook.owner_roles, 'secret', hook.secret,
          'previous_secret', case when hook.previous_until > now() then hook.previous_secret end);
  end loop;
end $$;

-- Stores the outcome of an attempt. A late success of an attempt that was considered lost counts; a late failure does
-- not.
-- p_status: HTTP status or null. p_error: null after a success.
-- p_wait: seconds until the next attempt; ignored after a success.
-- p_refused: the address is not allowed. p_failures: see claim_deliveries.
-- p_pause: seconds for which the endpoint asked for no requests (Retry-After).
-- p_gone: the endpoint answered 410: the webhook is disabled, and its other deliveries are kept in case it is enabled
--   again.
-- p_withheld: nothing was sent, because the owner may not read the event. This is no failure of the endpoint.
create function settle_delivery(p_id uuid, p_attempt int, p_status int, p_error text, p_wait double precision,
                                p_refused boolean, p_failures int, p_pause double precision default null,
                                p_gone boolean default false, p_withheld boolean default false)
returns void language plpgsql as $$
declare
  found_one webhook_deliveries;
  well boolean := p_error is null;
begin
  perform from webhooks where id = (select webhook_id from webhook_deliveries where id = p_id) for update;
  update webhook_deliveries set
      state = case when well then 'delivered'
                   when p_gone or p_withheld or now() + make_interval(secs => p_wait) >= expires_at then 'failed' else 'pending' end,
      response_status = p_status, error = left(p_error, 1000),
      next_attempt_at = case when not well and not p_gone and not p_withheld and now() + make_interval(secs => p_wait) < expires_at
                             then now() + make_interval(secs => p_wait) end
    where id = p_id and state = 'pending' and (attempts = p_attempt or well)
    returning * into found_one;
  if not found then
    return;
  end if;
  if p_withheld then
    perform record_event(null, null, p_attempt, 'refused', 'Denied', jsonb_build_object(
      'action', 'webhook.deliver', 'resource', 'webhooks/' || found_one.webhook_id, 'delivery_id', p_id, 'error', p_error));
    return;
  end if;
  if well then
    update webhooks set failures = 0, open_until = null, last_failure_at = null where id = found_one.webhook_id;
  else
    -- Requests that were in flight at the last failure share its cause and are not counted again. The pause is 2 s and
    -- doubles with each failure, up to 15 minutes.
    update webhooks set failures = failures + 1, last_failure_at = clock_timestamp(),
                        open_until = case when failures + 1 >= p_failures
                          then now() + make_interval(secs => least(900, 2 * 2 ^ (failures + 1 - p_failures))) end
      where id = found_one.webhook_id
        and (last_failure_at is null or last_failure_at < found_one.last_attempt_at);
  end if;
  if p_pause is not null then
    update webhooks set open_until = greatest(open_until, now() + make_interval(secs => p_pause))
      where id = found_one.webhook_id;
  end if;
  if p_gone then
    update webhooks set enabled = false, disabled_reason = left(p_error, 1000) where id = found_one.webhook_id and enabled;
    if found then
      perform record_event(null, null, p_attempt, 'told', 'Done', jsonb_build_object(
        'action', 'webhook.disable', 'resource', 'webhooks/' || found_one.webhook_id, 'delivery_id', p_id, 'reason', p_error));
    end if;
  end if;
  if p_refused then
    perform record_event(null, null, p_attempt, 'refused', 'Denied', jsonb_build_object(
      'action', 'webhook.deliver', 'resource', 'webhooks/' || found_one.webhook_id, 'delivery_id', p_id, 'error', p_error));
  end if;
end $$;

-- Fails deliveries that could not be sent within 24 hours, p_rows at most. Returns whether there may be more.
create function fail_late_deliveries(p_rows int) returns boolean language plpgsql as $$
declare
  failed int;
begin
  update webhook_deliveries set state = 'failed', next_attempt_at = null,
                                error = coalesce(error, 'It was not sent in 24 hours: the endpoint was disabled, or failed.')
    where id in (select id from webhook_deliveries where state = 'pending' and expires_at <= now()
                   limit p_rows for update skip locked);
  get diagnostics failed = row_count;
  return failed = p_rows;
end $$;

-- Queues a delivery again, with its id, by which the receiver recognises it. p_actor: ActorRow.
create function redeliver(p_webhook uuid, p_id uuid, p_actor jsonb) returns void language plpgsql as $$
begin
  update webhook_deliveries set state = 'pending', next_attempt_at = now(), expires_at = now() + interval '24 hours'
    where id = p_id and webhook_id = p_webhook;
  -- The user expects the endpoint to work again.
  update webhooks set open_until = null where id = p_webhook;
  perform record_event(null, null, 0, 'told', 'Done', jsonb_build_object(
    'action', 'webhook.redeliver', 'resource', 'webhooks/' || p_webhook, 'delivery_id', p_id), p_actor);
end $$;
