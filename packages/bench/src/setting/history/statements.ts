/** Of each thousand tasks, 600 are operations of twelve batches; the others are workflows. */
const THOUSAND = 1_000;
const BATCHES = 12;
const OPERATIONS = 50;
const LINES_PER_TASK = 5;
/** One task has a long log, of the same length for any amount of other data. */
const LONG_LOG_LINES = 20_000;
const LINES_PER_CHUNK = 100;
/** The number of tasks that have not ended, which does not depend on the history. */
const OPEN = 40;
const INFRAS = 50;
const USERS = 20;
const SECONDS = 4;
/** The number of events of each task, and of each batch in addition. */
const NUMBERS = 8;

/** History is stored in daily partitions, as `create_partitions` makes them for later days. */
export function partitionsOf(days: number): string {
  return `
    do $$
    declare
      parent text;
      day date;
      today date := (now() at time zone 'UTC')::date;
    begin
      foreach parent in array array['task_logs', 'event_rows'] loop
        for day in select generate_series(today - ${Math.ceil(days)}, today - 1, interval '1 day')::date loop
          execute format('create table if not exists %I partition of %I for values from (%L) to (%L)',
                         replace(parent, 'event_rows', 'events') || '_' || to_char(day, 'YYYYMMDD'), parent,
                         day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC');
        end loop;
      end loop;
    end $$`;
}

/** The tables that the others are filled from: a row for each task, and one for each batch. */
export function workOf(count: number, days: number): string {
  if (count % THOUSAND !== 0) throw new Error(`Tasks are filled in by the thousand, not ${count}.`);
  return `
    create function pg_temp.id_at(at timestamptz, n bigint) returns uuid language sql immutable as $$
      select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || left(digest, 3) || '8'
              || substr(digest, 4, 15))::uuid from md5(n::text) digest
    $$;
    create function pg_temp.plain_id(n bigint) returns uuid language sql immutable as $$
      select overlay(overlay(md5(n::text) placing '4' from 13) placing '8' from 17)::uuid
    $$;
    create temporary table work as
      select i, at, pg_temp.id_at(at, i) as id, batch, place % ${OPERATIONS} as seq,
             case when i >= ${count - OPEN} then case when i % 2 = 0 then 'Ready' else 'Running' end
                  when place in (7, 507, 617) then 'Failed' when place in (618, 619) then 'Cancelled' else 'Completed' end as status,
             format('infra-%s', coalesce(batch, i) % ${INFRAS}) as infra, coalesce(batch, i) % ${USERS} as by
        from (select *, case when place < ${BATCHES * OPERATIONS} then i / ${THOUSAND} * ${BATCHES} + place / ${OPERATIONS} end as batch
                from (select i, i % ${THOUSAND} as place, now() - make_interval(secs => ${days * 86_400}.0 * (${count} - i) / ${count}) as at
                        from generate_series(0, ${count - 1}) i) placed) homed;
    create temporary table batch_work as
      select batch, pg_temp.id_at(min(at), -1 - batch) as id, min(at) as at, max(at) + interval '${SECONDS} seconds' as ended,
             max(i) as last, min(infra) as infra, min(by) as by, count(*) as total, count(*) filter (where status = 'Failed') as failed
        from work where batch is not null group by batch;
    alter table work add primary key (i);
    alter table batch_work add primary key (batch);
    analyze work; analyze batch_work`;
}

const TOOK = `interval '${SECONDS} seconds'`;
const ENDED = `status in ('Completed', 'Failed', 'Cancelled')`;

/** The statements that fill the tables, in order. */
export const STATEMENTS: readonly string[] = [
  `insert into batches (id, name, status, parallel_limit, rollback_enabled, on_failure, infras, total, completed, failed,
                        created_by, created_by_name, request_id, created_at, started_at, completed_at)
     select id, format('deployment-%s', batch % 40), case when failed > 0 then 'Failed' else 'Completed' end, 5, false,
            'continue', array[infra], total, total - failed, failed, pg_temp.plain_id(by), format('user-%s', by),
            format('request-%s', batch), at, at, ended
       from batch_work`,
  `insert into tasks (id, kind, name, status, infra, check_mode, program, verb, args, attempt, max_attempts, runner, batch_id,
                      op_key, seq, idempotency_key, result_id, created_by, created_by_name, request_id, created_at, ready_at,
                      started_at, completed_at, exit_code, error, output_tail)
     select w.id, case when b.id is null then 'workflow' else 'operation' end,
            case when b.id is null then 'create_servers' else format('op-%s', seq) end, w.status, w.infra,
            not w.${ENDED}, case when b.id is null then 'provisioning' else 'server_batch' end,
            case when b.id is null then '{server,create}'::text[] else '{}' end,
            case when b.id is null then array['--infra', w.infra, format('web-%s', w.i)] else '{}' end,
            case when w.status in ('Ready', 'Cancelled') then 0 else 1 end, 3,
            case when b.id is null then 'command' else 'operation' end, b.id,
            case when b.id is not null then format('op-%s', seq) end, case when b.id is null then 0 else seq end, w.id,
            case when w.${ENDED} then pg_temp.plain_id(w.i) end, pg_temp.plain_id(w.by), format('user-%s', w.by),
            format('request-%s', w.i), w.at, w.at, case when w.status <> 'Ready' then w.at end,
            case when w.${ENDED} then w.at + ${TOOK} end, case w.status when 'Completed' then 0 when 'Failed' then 1 end,
            case w.status when 'Failed' then 'The provider refused: no room in this zone.' end,
            case when w.${ENDED} then repeat('a line as commands print it ', 8) end
       from work w left join batch_work b using (batch) order by w.i`,
  `insert into task_results (task_id, output, data, evidence)
     select id, repeat('a line as commands print it ', 8), '{"result": {"data": {"servers": 1}}}', '{"exit_code": 0}'
       from work where ${ENDED} order by i`,
  `insert into task_specs (task_id, spec)
     select id, jsonb_build_object('id', format('op-%s', seq), 'type', 'server_batch', 'provider', 'noop', 'infra', infra,
              'dependencies', '[]'::jsonb, 'server_configs',
              jsonb_build_array(jsonb_build_object('name', format('web-%s', i), 'plan', 'small', 'zone', 'a')))
       from work where batch is not null order by i`,
  `insert into event_rows (seq, task_id, batch_id, attempt, type, status, at, details)
     select w.i * ${NUMBERS} + step, w.id, b.id, case step when 1 then 0 else 1 end, type,
            case step when 3 then w.status else told end, w.at + case step when 3 then ${TOOK} else interval '0' end,
            case step when 3 then '{"exit_code": 0}'::jsonb else '{}' end
       from work w left join batch_work b using (batch)
            cross join (values (1, 'submitted', 'Ready'), (2, 'started', 'Running'), (3, 'finished', '')) as steps (step, type, told)
      where step = 1 or (step = 2 and w.status not in ('Ready', 'Cancelled')) or (step = 3 and w.${ENDED})
      order by w.i, step`,
  `insert into event_rows (seq, attempt, type, status, at, details)
     select i * ${NUMBERS} + 4, 1, 'resource_changed', 'Done', at + ${TOOK}, jsonb_build_object('task_id', id, 'change',
            'create', 'infra', infra, 'kind', 'server', 'name', format('web-%s', i), 'provider', 'noop', 'driver', 'noop')
       from work where batch is not null and status = 'Completed' order by i`,
  `insert into event_rows (seq, batch_id, attempt, type, status, at)
     select last * ${NUMBERS} + 4 + step, id, 0, type,
            case step when 3 then case when failed > 0 then 'Failed' else 'Completed' end else told end,
            case step when 3 then ended else at end
       from batch_work b cross join (values (1, 'submitted', 'Pending'), (2, 'started', 'Running'), (3, 'finished', '')) as steps (step, type, told)`,
  `insert into journal (task_id, batch_id, attempt, state, change, infra, kind, name, provider, driver, resource_id, after, at)
     select w.id, b.id, 1, 'done', 'create', w.infra, 'server', format('web-%s', i), 'noop', 'noop', format('noop-%s', i),
            jsonb_build_object('id', format('noop-%s', i), 'plan', 'small', 'zone', 'a'), w.at + ${TOOK}
       from work w join batch_work b using (batch) where w.status = 'Completed' order by w.i`,
  // The inventory does not grow with the history: the last created things exist.
  `insert into resources (infra, kind, name, provider, driver, body, version, task_id, created_at, updated_at)
     select infra, kind, name, provider, driver, after, 1, task_id, at, at from journal order by seq desc limit 500`,
  `insert into task_logs (task_id, attempt, first_line, line_count, text, at, seq)
     select id, 1, 1, ${LINES_PER_TASK}, array_to_string(array_fill('a line as commands print it'::text, array[${LINES_PER_TASK}]), E'\\n'),
            at + ${TOOK}, i * ${NUMBERS} + 8
       from work where ${ENDED} order by i`,
  `insert into task_logs (task_id, attempt, first_line, line_count, text, at, seq)
     select id, 1, ${LINES_PER_TASK} + (n - 1) * ${LINES_PER_CHUNK} + 1, ${LINES_PER_CHUNK},
            (select string_agg(format('step %s of %s: the service answers', line, n), E'\\n') from generate_series(1, ${LINES_PER_CHUNK}) line),
            at + ${TOOK}, (select max(i) + 1 from work) * ${NUMBERS} + n
       from (select * from work where status = 'Completed' order by i desc limit 1) longest,
            generate_series(1, ${LONG_LOG_LINES / LINES_PER_CHUNK}) n`,
  `insert into tallies (day, kind, status, n, seconds, le)
     select (at at time zone 'UTC')::date, kind, status, count(*), sum(seconds), le
       from (select w.at, case when batch is null then 'workflow' else 'operation' end as kind, 'Submitted' as status, 0.0 as seconds,
                    null::double precision as le from work w
             union all
             select w.at, case when batch is null then 'workflow' else 'operation' end, w.status, ${SECONDS}, 5 from work w where ${ENDED}
             union all select at, 'batch', 'Submitted', 0, null from batch_work
             union all select at, 'batch', case when failed > 0 then 'Failed' else 'Completed' end,
                              extract(epoch from ended - at), duration_class(extract(epoch from ended - at)::double precision)
                         from batch_work) counted
      group by 1, kind, status, le`,
];
