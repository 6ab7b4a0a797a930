import { EventEmitter } from 'node:events';
import { makeWorkerUtils, run, Logger, type WorkerEvents } from 'graphile-worker';
import pg from 'pg';
import { execute } from './execute.js';
import { atPace, now, serve } from './part.js';
import { SLOTS, TRUE, type PeerTask } from './task.js';

/** What its users need to answer what ran when, and with which result. */
const ROWS = `
  create table if not exists job_events (
    id bigint generated always as identity primary key, job_id bigint not null, type text not null,
    at timestamptz not null default clock_timestamp(), details jsonb not null default '{}'
  );
  create index if not exists job_events_of_job on job_events (job_id, id);
  create table if not exists job_results (
    job_id bigint primary key, status text not null, output text not null, data jsonb not null, ended_at timestamptz not null
  )`;
const STORE = `
  with published as (
    insert into job_events (job_id, type) select $1::bigint, type from (values ('started'), ('finished')) as types (type)
  )
  insert into job_results values ($1::bigint, 'Completed', '', '{"data": {"servers": 1}}', clock_timestamp())
    on conflict (job_id) do nothing`;
const SILENT = new Logger(() => () => undefined);

serve({
  client: async ({ databaseUrl }) => {
    const pool = new pg.Pool({ connectionString: databaseUrl, max: 4 });
    const utils = await makeWorkerUtils({ pgPool: pool, logger: SILENT });
    return {
      submit: async (task: PeerTask) => {
        if (task.kind === 'graph') throw new Error('graphile-worker has no graphs.');
        if (task.kind === 'chain') await utils.addJob('chain', { left: task.count - 1 });
        else if (task.kind === 'paced') await atPace(task, () => utils.addJob('paced', { sentAt: now() }));
        else {
          const identifier = task.kind === 'noop' && task.rows ? 'noop_with_rows' : task.kind;
          await utils.addJobs(Array.from({ length: task.count }, () => ({ identifier, payload: {} })));
        }
      },
      // What is completed is deleted.
      settled: async () => {
        const { rows } = await pool.query<{ open: boolean }>(
          'select exists (select from graphile_worker.jobs) as open',
        );
        return !rows[0]!.open;
      },
    };
  },

  worker: async ({ databaseUrl }, tally) => {
    const pool = new pg.Pool({ connectionString: databaseUrl, max: 4 });
    await pool.query(ROWS);
    const events: WorkerEvents = new EventEmitter();
    events.on('job:failed', ({ error }) => {
      throw error;
    });
    // What its documentation advises for throughput: jobs fetched and completed by the dozen.
    await run({
      events,
      logger: SILENT,
      noHandleSignals: true,
      preset: {
        worker: {
          connectionString: databaseUrl,
          concurrentJobs: SLOTS,
          maxPoolSize: SLOTS + 2,
          localQueue: { size: SLOTS + 1 },
          completeJobBatchDelay: 0,
          failJobBatchDelay: 0,
        },
      },
      taskList: {
        noop: () => tally.one(),
        noop_with_rows: async (_, { job }) => {
          await pool.query({ name: 'rows', text: STORE, values: [job.id] });
          tally.one();
        },
        commands: async () => {
          await execute(TRUE);
          tally.one();
        },
        chain: async (payload, { addJob }) => {
          // Safe cast: the benchmark queued it.
          const { left } = payload as { left: number };
          if (left > 0) await addJob('chain', { left: left - 1 });
          tally.one();
        },
        // Safe cast: the benchmark queued it.
        paced: (payload) => tally.one((payload as { sentAt: number }).sentAt),
      },
    });
    return {};
  },
});
