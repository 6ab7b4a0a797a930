import { rowsOf } from '@provisioning/runtime';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { hasRedis, type NodeProcess } from '@provisioning/test-kit';
import { startApiProcess, type ApiProcess } from '../support/running-api.js';
import { testPlatform, type TestPlatform } from '../support/platform.js';

const REQUEST = 'ticket-4711';
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const HEADERS = { 'X-Request-Id': REQUEST, traceparent: `00-${TRACE}-00f067aa0ba902b7-01` };

let platform: TestPlatform;
let api: ApiProcess;
let worker: NodeProcess;

beforeAll(async () => {
  platform = await testPlatform({ redis: hasRedis });
  worker = await platform.startWorker();
  api = await startApiProcess({
    DATABASE_URL: platform.databaseUrl,
    REDIS_URL: platform.redisUrl,
    PROVISIONING_DATA_DIR: platform.dataDir,
    BATCH_COMMANDS: 'run=/bin/true',
  });
});
afterAll(async () => {
  await api.process.stop();
  await platform.stop();
});

const linesOf = (process: NodeProcess) =>
  process
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

it('a request’s id and trace reach the answer, the task, its command’s environment and both processes’ logs', async () => {
  const seen = join(platform.folder, 'environment');
  const script = Buffer.from(
    `env | grep -E '^(TRACEPARENT|PROVISIONING_REQUEST_ID)=' > ${seen}; echo over; exit 3`,
  );
  const answer = await api.send(
    'POST',
    '/batch/execute',
    {
      name: 'traced',
      operations: [
        { id: 'one', type: 'command_batch', retries: 0, commands: [`run ${script.toString('base64')}`] },
      ],
    },
    HEADERS,
  );
  expect([answer.status, answer.headers.get('x-request-id')]).toEqual([200, REQUEST]);
  const span = new RegExp(`^00-${TRACE}-([0-9a-f]{16})-01$`).exec(
    answer.headers.get('traceparent') ?? '',
  )?.[1];
  expect(span).toBeDefined();
  const { data } = (await answer.json()) as { data: { batch_id: string } };
  await platform.batchEnded(data.batch_id);

  const [task] = await rowsOf<{ id: string; request_id: string; traceparent: string }>(
    platform.database,
    'select id, request_id, traceparent from tasks where batch_id = ?',
    [data.batch_id],
  );
  expect(task).toMatchObject({ request_id: REQUEST, traceparent: `00-${TRACE}-${span}-01` });
  expect(readFileSync(seen, 'utf8').trim().split('\n').sort()).toEqual([
    `PROVISIONING_REQUEST_ID=${REQUEST}`,
    `TRACEPARENT=00-${TRACE}-${span}-01`,
  ]);
  const ids = { request_id: REQUEST, trace_id: TRACE };
  expect(linesOf(api.process)).toContainEqual(expect.objectContaining(ids));
  expect(linesOf(worker)).toContainEqual(
    expect.objectContaining({ ...ids, process: 'executor', task_id: task!.id }),
  );
});

it('they reach the command of a workflow as well', async () => {
  const answer = await api.send(
    'POST',
    '/workflows/servers/create',
    { infra: 'x', settings: 'y.ncl' },
    HEADERS,
  );
  const { data: id } = (await answer.json()) as { data: string };
  const [row] = await rowsOf<{ request_id: string; traceparent: string }>(
    platform.database,
    'select request_id, traceparent from tasks where id = ?',
    [id],
  );
  expect(row).toMatchObject({ request_id: REQUEST, traceparent: expect.stringContaining(TRACE) });
  await platform.ended(id);
});
