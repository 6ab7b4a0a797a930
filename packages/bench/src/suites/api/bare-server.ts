import { createSecretKey } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Queue } from 'bullmq';
import express, { type RequestHandler } from 'express';
import { Redis } from 'ioredis';
import jwt from 'jsonwebtoken';
import pg from 'pg';
import { bareWriter } from './bare-writer.js';
import { readBareServerConfig } from './config.js';

/**
 * A minimal server for the same two operations: default Express, a token that is verified with a prepared key, and one
 * statement. No policies, no contract, no limits, no audit, no request ids, no metrics.
 */
const { databaseUrl, redisUrl, jwtSecret } = readBareServerConfig();
const key = createSecretKey(Buffer.from(jwtSecret));
const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
const queue = new Queue('tasks', {
  connection: new Redis(redisUrl, { maxRetriesPerRequest: null }),
  prefix: '{bare}',
});
const write = bareWriter(pool, queue);

const signedIn: RequestHandler = (request, response, next) => {
  try {
    const token = (request.headers.authorization ?? '').slice('Bearer '.length);
    response.locals['claims'] = jwt.verify(token, key, { algorithms: ['HS256'] });
  } catch {
    response.status(401).json({ success: false, error: 'Sign in first.' });
    return;
  }
  next();
};

const app = express();
app.get('/tasks/:id', signedIn, async (request, response) => {
  const { rows } = await pool.query({
    name: 'task',
    text: 'select * from orchestrator.tasks where id = $1',
    values: [request.params['id']],
  });
  if (rows.length === 0) response.status(404).json({ success: false, error: 'There is no such task.' });
  // Safe cast: the task was stored before.
  else response.json({ success: true, data: rows[0] as object });
});
app.post('/workflows/servers/create', signedIn, express.json(), async (request, response) => {
  // Safe cast: the step before has set it.
  const { sub, username } = response.locals['claims'] as { sub: string; username: string };
  // Safe cast: the benchmark sends an object.
  response.json({ success: true, data: await write(request.body as object, { id: sub, username }) });
});

const server = createServer(app).listen(0, '127.0.0.1', () => {
  // Safe cast: it listens on a TCP port.
  process.send?.({ type: 'ready', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
process.once('SIGTERM', () => process.exit(0));
process.once('disconnect', () => process.exit(0));
