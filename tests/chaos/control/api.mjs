// The API of the control: a row in Postgres, then a job in Redis, as in a tutorial.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { Queue } from 'bullmq';
import pg from 'pg';

const { DATABASE_URL, REDIS_URL, PORT } = process.env;
const pool = new pg.Pool({
  connectionString: DATABASE_URL,
  connectionTimeoutMillis: 2_000,
  query_timeout: 5_000,
});
pool.on('error', () => undefined);
const queue = new Queue('control', {
  connection: { url: REDIS_URL, maxRetriesPerRequest: 1 },
  defaultJobOptions: { attempts: 3, backoff: { type: 'fixed', delay: 500 } },
});
queue.on('error', () => undefined);

const server = createServer(async (request, response) => {
  const answer = (status, body) =>
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  try {
    if (request.url !== '/workflows/servers/create') return answer(404, { success: false });
    let text = '';
    for await (const chunk of request) text += chunk;
    const { infra, settings } = JSON.parse(text);
    const id = randomUUID();
    await pool.query('insert into control.tasks (id, infra, settings) values ($1, $2, $3)', [
      id,
      infra,
      settings,
    ]);
    await queue.add('run', { id, infra, settings }, { jobId: id });
    answer(200, { success: true, data: id });
  } catch (error) {
    answer(503, { success: false, error: String(error) });
  }
});
server.listen(Number(PORT), '127.0.0.1', () =>
  process.send?.({ type: 'ready', url: `http://127.0.0.1:${PORT}` }),
);
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
