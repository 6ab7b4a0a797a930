// The worker of the control: takes a job, runs its command, writes the result. BullMQ alone decides which worker runs
// what.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Worker } from 'bullmq';
import pg from 'pg';

const { DATABASE_URL, REDIS_URL, COMMAND, CONCURRENCY, LOCK_SECONDS, PATH } = process.env;
const pool = new pg.Pool({
  connectionString: DATABASE_URL,
  connectionTimeoutMillis: 2_000,
  query_timeout: 5_000,
});
pool.on('error', () => undefined);

async function run({ data: { id, infra, settings }, attemptsStarted }) {
  await pool.query(`update control.tasks set status = 'running', attempt = $2 where id = $1`, [
    id,
    attemptsStarted,
  ]);
  const child = spawn(COMMAND, ['servers', 'create', '--infra', infra, '--settings', settings], {
    env: { PATH, PROVISIONING_TASK_ID: id, PROVISIONING_ATTEMPT: String(attemptsStarted) },
    stdio: 'ignore',
  });
  const [code, signal] = await once(child, 'close');
  if (code !== 0) throw new Error(`the command ended with ${signal ?? code}`);
  await pool.query(`update control.tasks set status = 'completed' where id = $1`, [id]);
}

const worker = new Worker('control', run, {
  connection: { url: REDIS_URL, maxRetriesPerRequest: null },
  concurrency: Number(CONCURRENCY),
  lockDuration: Number(LOCK_SECONDS) * 1000,
  stalledInterval: Number(LOCK_SECONDS) * 500,
});
worker.on('error', () => undefined);
worker.on('failed', (job, error) => {
  if (!job || job.attemptsMade < (job.opts.attempts ?? 1)) return;
  pool
    .query(`update control.tasks set status = 'failed', error = $2 where id = $1`, [
      job.data.id,
      `Given up after ${job.attemptsMade} attempts: ${error.message}`,
    ])
    .catch(() => undefined);
});
await worker.waitUntilReady();
process.send?.({ type: 'ready', url: 'none' });
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
