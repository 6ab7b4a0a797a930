import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createKeyring, issueToken } from '@provisioning/auth-token';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createPostgres, silentLogger, rowsOf } from '@provisioning/runtime';
import { cloneDatabase, spawnNode, temporaryFolder, waitFor, type NodeProcess } from '@provisioning/test-kit';
import { v7 as uuidv7 } from 'uuid';
import { follow, refusal } from '../support/event-client.js';
import { FakeControlCenter } from '../support/fake-control-center.js';
import { readStream } from '../support/stream-reader.js';
import { SECRET } from '../support/test-api.js';

const API = join(fileURLToPath(new URL('../../dist/src/api.js', import.meta.url)));

let clone: Awaited<ReturnType<typeof cloneDatabase>>;
let controlCenter: FakeControlCenter;
let home: Awaited<ReturnType<typeof temporaryFolder>>;
let database: ReturnType<typeof createPostgres>;
const processes: NodeProcess[] = [];

beforeAll(async () => {
  clone = await cloneDatabase('orchestrator');
  home = await temporaryFolder('api-process');
  controlCenter = new FakeControlCenter(SECRET);
  await controlCenter.start();
  database = createPostgres({
    url: clone.url,
    schema: 'orchestrator',
    applicationName: 'test',
    log: silentLogger,
  });
});
afterAll(async () => {
  await Promise.all(processes.map((process) => process.stop()));
  await controlCenter.stop();
  await database.destroy();
  await clone.drop();
  await home.remove();
});

async function startApi(): Promise<{ url: string; process: NodeProcess }> {
  const process = spawnNode(API, {
    env: {
      NODE_ENV: 'test',
      DATABASE_URL: clone.url,
      REDIS_URL: undefined,
      JWT_SECRET: SECRET,
      PROVISIONING_DATA_DIR: home.path,
      ORCHESTRATOR_PORT: '0',
      LOG_LEVEL: 'debug',
      RATE_LIMIT_GENERAL: '0',
      CONTROL_CENTER_INTERNAL_URL: controlCenter.url,
    },
  });
  processes.push(process);
  const { url } = await process.message<{ type: string; url: string }>('ready');
  return { url, process };
}

async function record(): Promise<string> {
  const [row] = await rowsOf<{ seq: string }>(
    database,
    `insert into events (task_id, attempt, type, status) values (gen_random_uuid(), 1, 'started', 'Running') returning seq`,
  );
  return row!.seq;
}

const token = () =>
  issueToken(
    createKeyring([SECRET]),
    { userId: uuidv7(), username: 'ada', roles: ['viewer'], sessionId: uuidv7() },
    600,
  ).token;

it('misses nothing and repeats nothing when its API process is killed', async () => {
  const [dying, other] = [await startApi(), await startApi()];
  const mine = token();
  const client = await follow(dying.url, { token: mine });
  const recorded = [await record(), await record()];
  await client.sees(({ id }) => id === recorded[1]);
  dying.process.kill('SIGKILL');
  await client.closed;
  recorded.push(await record());
  const resumed = await follow(other.url, { token: mine, last_event_id: client.events.at(-1)!.id! });
  recorded.push(await record());
  await resumed.sees(({ id }) => id === recorded[3]);
  const seen = [...client.events, ...resumed.events].filter(
    ({ event_type: type }) => type === 'TaskStatusChanged',
  );
  expect(seen.map(({ id }) => id)).toEqual(recorded);
  await resumed.leave();
});

it('stops at once with clients connected, and notifies them', async () => {
  const { url, process } = await startApi();
  const mine = token();
  const client = await follow(url, { token: mine });
  const stream = await readStream(url, mine);
  process.kill('SIGTERM');
  expect((await client.closed).code).toBe(1012);
  await stream.ended;
  expect(stream.named).toMatchObject([{ name: 'close', data: { code: 1012 } }]);
  expect(await process.exited).toEqual({ code: 0, signal: null });
});

it('records each reason for which forged tokens were refused', async () => {
  const { url, process } = await startApi();
  const get = async (bearer: string) =>
    (await fetch(`${url}/tasks`, { headers: { authorization: `Bearer ${bearer}` } })).status;
  for (const bearer of ['rubbish', 'more.rubbish', 'prv_rubbish']) expect(await get(bearer)).toBe(401);
  await refusal(url, { token: `${token()}x` });
  expect(await get(token())).toBe(200);
  expect(await process.stop()).toEqual({ code: 0, signal: null });
  const records = await rowsOf<{ details: { reason: string; count: number }; actor: { ip: string } }>(
    database,
    `select details, actor from events where type = 'refused' and details ->> 'action' = 'auth.authenticate'`,
  );
  const counts = new Map<string, number>();
  for (const { details, actor } of records) {
    expect(actor.ip).toBe('127.0.0.1');
    counts.set(details.reason, (counts.get(details.reason) ?? 0) + details.count);
  }
  expect(Object.fromEntries(counts)).toEqual({ malformed: 2, not_accepted: 1, bad_signature: 1 });
});

it('keeps tokens and tickets out of its log, and survives a flood of connections', async () => {
  const { url, process } = await startApi();
  const mine = token();
  const ticket = `${'t'.repeat(40)}`;
  await refusal(url, { ticket });
  await refusal(url, { token: `${mine}x` });
  const clients = await Promise.all(Array.from({ length: 60 }, () => follow(url, { token: mine })));
  const codes: number[] = [];
  for (const client of clients) void client.closed.then(({ code }) => codes.push(code));
  await waitFor(() => codes.length === 50);
  expect(new Set(codes)).toEqual(new Set([4429]));
  for (const client of clients) client.socket.terminate();
  expect((await fetch(`${url}/health`)).status).toBe(200);
  await process.stop();
  expect(process.output()).not.toContain(mine);
  expect(process.output()).not.toContain(ticket);
});
