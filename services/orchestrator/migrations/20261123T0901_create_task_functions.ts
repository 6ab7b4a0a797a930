import type { Knex } from 'knex';

/**
 * The transitions of a task, each one round trip and one transaction. PL/pgSQL, because each statement in a volatile
 * function sees what was committed before that statement: what a lock made us wait for is visible afterwards.
 * Lock order everywhere: the task's row, then the infra's advisory lock, then a waiting task's row.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create function record_event(p_task uuid, p_attempt int, p_type text, p_status text, p_details jsonb)
    returns void language sql as $$
      insert into task_events (task_id, attempt, type, status, details)
      values (p_task, p_attempt, p_type, p_status, p_details)
    $$;

    create function lock_infra(p_infra text) returns void language sql as $$
      select pg_advisory_xact_lock(hashtextextended('infra:' || p_infra, 0))
    $$;

    -- Gives a holder's infra to the next in line. Returns the tasks that became ready by it.
    create function release_infra(p_infra text, p_holder uuid) returns uuid[] language plpgsql as $$
    declare
      next_id uuid;
      next_attempt int;
    begin
      perform lock_infra(p_infra);
      delete from locks where infra = p_infra and holder_id = p_holder;
      if exists (select from locks where infra = p_infra) then
        return '{}';
      end if;
      loop
        select id into next_id from tasks where infra = p_infra and status = 'Waiting' order by id limit 1;
        exit when next_id is null;
        update tasks set status = 'Ready', ready_at = now()
          where id = next_id and status = 'Waiting' returning attempt into next_attempt;
        continue when not found;
        insert into locks (infra, holder_id) values (p_infra, next_id);
        perform record_event(next_id, next_attempt, 'ready', 'Ready', jsonb_build_object('lock', p_infra));
        return array[next_id];
      end loop;
      return '{}';
    end $$;

    -- Lines of a running attempt. A repeat of a chunk (its answer was lost) changes nothing, a late attempt none at all.
    create function append_log(p_task uuid, p_attempt int, p_worker uuid, p_first bigint, p_count int, p_text text,
                               p_at timestamptz)
    returns void language sql as $$
      insert into task_logs (task_id, attempt, first_line, line_count, text, at)
      select id, p_attempt, p_first, p_count, p_text, p_at from tasks
        where id = p_task and attempt = p_attempt and worker_id = p_worker and status = 'Running' for share
      on conflict do nothing
    $$;

    -- p_task: the columns of the new row. Outcome: created (Ready or Waiting for the infra), replayed (the same
    -- Idempotency-Key with the same request), conflict (the same key with another one).
    create function submit_task(p_task jsonb, p_principal text, p_key text, p_hash text)
    returns table (task_id uuid, outcome text, task_status text) language plpgsql as $$
    declare
      new_row tasks;
      earlier idempotency_keys;
    begin
      new_row := jsonb_populate_record(null::tasks, p_task);
      if p_key is not null then
        delete from idempotency_keys
          where principal = p_principal and key = p_key and created_at < now() - interval '24 hours';
        insert into idempotency_keys (principal, key, request_hash, data)
          values (p_principal, p_key, p_hash, to_jsonb(new_row.id)) on conflict do nothing;
        if not found then
          select * into earlier from idempotency_keys where principal = p_principal and key = p_key;
          if earlier.request_hash = p_hash then
            return query select (earlier.data #>> '{}')::uuid, 'replayed'::text, null::text;
          else
            return query select null::uuid, 'conflict'::text, null::text;
          end if;
          return;
        end if;
      end if;

      new_row.status := 'Ready';
      if not new_row.check_mode then
        perform lock_infra(new_row.infra);
        insert into locks (infra, holder_id) values (new_row.infra, new_row.id) on conflict do nothing;
        if not found then
          new_row.status := 'Waiting';
        end if;
      end if;
      insert into tasks (id, kind, name, status, infra, check_mode, program, verb, args, max_attempts, retry_of, ready_at,
                         created_by, created_by_name, request_id, traceparent)
        values (new_row.id, new_row.kind, new_row.name, new_row.status, new_row.infra, new_row.check_mode,
                new_row.program, new_row.verb, new_row.args, new_row.max_attempts, new_row.retry_of,
                case when new_row.status = 'Ready' then now() end,
                new_row.created_by, new_row.created_by_name, new_row.request_id, new_row.traceparent);
      perform record_event(new_row.id, 0, 'submitted', new_row.status, '{}');
      return query select new_row.id, 'created'::text, new_row.status;
    end $$;

    -- Ready → Running, for a worker whose lease lives. The attempt is the fencing token of everything that follows.
    create function claim_task(p_id uuid, p_worker uuid)
    returns table (id uuid, attempt int, program text, verb text[], args text[], request_id text, traceparent text,
                   last_line bigint)
    language plpgsql as $$
    #variable_conflict use_column
    declare
      claimed tasks;
    begin
      -- Shared lock: a declaration of death comes before this claim (then there is none) or sees its row.
      perform from workers where id = p_worker and state = 'alive' and lease_until > now() for share;
      if not found then
        return;
      end if;
      update tasks set status = 'Running', attempt = attempt + 1, worker_id = p_worker,
                       started_at = coalesce(started_at, now())
        where id = p_id and status = 'Ready' and cancel_requested_at is null
        returning * into claimed;
      if not found then
        return;
      end if;
      perform record_event(p_id, claimed.attempt, 'started', 'Running', jsonb_build_object('worker_id', p_worker));
      return query select claimed.id, claimed.attempt, claimed.program, claimed.verb, claimed.args, claimed.request_id,
        claimed.traceparent,
        (select coalesce(max(l.first_line + l.line_count - 1), 0)::bigint from task_logs l where l.task_id = p_id);
    end $$;

    -- Running → terminal. Outcome: done; duplicate (this very result is stored already: an answer was lost);
    -- fenced (somebody else decided: the result is kept as evidence, never as state).
    create function finish_task(p_id uuid, p_attempt int, p_worker uuid, p_result uuid, p_status text, p_exit_code int,
                                p_signal text, p_error text, p_output text, p_data jsonb, p_evidence jsonb)
    returns table (outcome text, ready uuid[]) language plpgsql as $$
    declare
      finished tasks;
    begin
      update tasks set status = p_status, completed_at = now(), exit_code = p_exit_code, signal = p_signal,
                       error = p_error, result_id = p_result, output_tail = right(p_output, 2000)
        where id = p_id and attempt = p_attempt and worker_id = p_worker and status = 'Running'
        returning * into finished;
      if not found then
        if exists (select from tasks where id = p_id and result_id = p_result) then
          return query select 'duplicate'::text, '{}'::uuid[];
        else
          perform record_event(p_id, p_attempt, 'late_result', t.status, jsonb_build_object(
            'reported', p_status, 'exit_code', p_exit_code, 'signal', p_signal, 'worker_id', p_worker))
            from tasks t where t.id = p_id;
          return query select 'fenced'::text, '{}'::uuid[];
        end if;
        return;
      end if;
      insert into task_results (task_id, output, data, evidence) values (p_id, p_output, p_data, p_evidence)
        on conflict (task_id) do update
          set output = excluded.output, data = excluded.data, evidence = excluded.evidence;
      perform record_event(p_id, p_attempt, 'finished', p_status, p_evidence);
      return query select 'done'::text, release_infra(finished.infra, p_id);
    end $$;

    -- A task that waits is cancelled at once; one that runs is asked to end, and its worker says when it has.
    create function cancel_task(p_id uuid, p_by text)
    returns table (outcome text, worker uuid, ready uuid[]) language plpgsql as $$
    declare
      changed tasks;
    begin
      update tasks set status = 'Cancelled', completed_at = now(), cancel_requested_at = now(),
                       error = 'Cancelled by ' || p_by || ' before it ran.'
        where id = p_id and status in ('Waiting', 'Ready') returning * into changed;
      if found then
        perform record_event(p_id, changed.attempt, 'cancelled', 'Cancelled', jsonb_build_object('by', p_by));
        return query select 'cancelled'::text, null::uuid, release_infra(changed.infra, p_id);
        return;
      end if;
      update tasks set cancel_requested_at = coalesce(cancel_requested_at, now())
        where id = p_id and status in ('Running', 'Unknown') returning * into changed;
      if found then
        perform record_event(p_id, changed.attempt, 'cancel_requested', changed.status, jsonb_build_object('by', p_by));
        return query select 'requested'::text, changed.worker_id, '{}'::uuid[];
        return;
      end if;
      return query select case when exists (select from tasks where id = p_id) then 'ended' else 'unknown' end,
                          null::uuid, '{}'::uuid[];
    end $$;

    -- Renews a lease and tells what its worker should be doing. Null: the worker was declared dead.
    create function heartbeat(p_worker uuid, p_lease interval) returns jsonb language plpgsql as $$
    begin
      update workers set lease_until = now() + p_lease where id = p_worker and state = 'alive';
      if not found then
        return null;
      end if;
      return coalesce((select jsonb_agg(jsonb_build_object('id', id, 'attempt', attempt,
                                                           'cancel', cancel_requested_at is not null))
                       from tasks where worker_id = p_worker and status = 'Running'), '[]');
    end $$;

    -- Declares a worker dead, once, and gives its tasks away: only for one whose lease has ended, or whose commands are
    -- proven gone. Returns the tasks that became ready by it.
    -- A planned stop (p_planned) costs its tasks none of their attempts.
    create function release_worker(p_worker uuid, p_reason text, p_planned boolean) returns uuid[]
    language plpgsql as $$
    declare
      lost tasks;
      promoted uuid[] := '{}';
    begin
      update workers set state = 'dead' where id = p_worker;
      for lost in select * from tasks where worker_id = p_worker and status = 'Running' order by id for update loop
        if lost.cancel_requested_at is not null then
          update tasks set status = 'Cancelled', completed_at = now(), worker_id = null,
                           error = 'Cancelled. ' || p_reason where id = lost.id;
          perform record_event(lost.id, lost.attempt, 'cancelled', 'Cancelled', jsonb_build_object('reason', p_reason));
          promoted := promoted || release_infra(lost.infra, lost.id);
        elsif p_planned or lost.attempt < lost.max_attempts then
          update tasks set status = 'Ready', ready_at = now(), worker_id = null,
                           max_attempts = max_attempts + p_planned::int where id = lost.id;
          perform record_event(lost.id, lost.attempt, 'requeued', 'Ready', jsonb_build_object('reason', p_reason));
          promoted := promoted || lost.id;
        else
          update tasks set status = 'Failed', completed_at = now(), worker_id = null,
                           error = 'Given up after ' || lost.attempt || ' attempts. ' || p_reason where id = lost.id;
          perform record_event(lost.id, lost.attempt, 'finished', 'Failed', jsonb_build_object('reason', p_reason));
          promoted := promoted || release_infra(lost.infra, lost.id);
        end if;
      end loop;
      return promoted;
    end $$;

    -- Gives away the work of workers whose lease has ended. Whoever calls it, one at a time does it; after a start of
    -- Postgres it holds off for one lease, since nobody could renew while it was away.
    create function sweep(p_lease interval) returns uuid[] language plpgsql as $$
    declare
      expired uuid;
      promoted uuid[] := '{}';
    begin
      if pg_postmaster_start_time() > now() - p_lease or not pg_try_advisory_xact_lock(hashtextextended('sweep', 0)) then
        return promoted;
      end if;
      for expired in select id from workers where state = 'alive' and lease_until < now() for update skip locked loop
        promoted := promoted || release_worker(expired, 'Its worker was lost: the lease ended.', false);
      end loop;
      return promoted;
    end $$;

    -- A day's partition of the logs must exist before the day does.
    create function create_log_partitions(p_days int) returns void language plpgsql as $$
    declare
      today date := (now() at time zone 'UTC')::date;
      day date;
    begin
      perform pg_advisory_xact_lock(hashtextextended('log_partitions', 0));
      for day in select generate_series(today, today + p_days, interval '1 day')::date loop
        execute format('create table if not exists %I partition of task_logs for values from (%L) to (%L)',
                       'task_logs_' || to_char(day, 'YYYYMMDD'),
                       day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC');
      end loop;
    end $$;

    select create_log_partitions(7);
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
