import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { waitFor } from '@provisioning/test-kit';
import { v7 as uuidv7 } from 'uuid';
import { liveApis, type LiveApis } from '../support/live-apis.js';
import { readStream } from '../support/stream-reader.js';

let apis: LiveApis;
let first: string;
let second: string;

beforeAll(async () => {
  apis = await liveApis(2);
  [first, second] = apis.urls as [string, string];
});
afterAll(() => apis.stop());

const viewer = () => apis.token(['viewer']);
const clients = async (transport: string) =>
  Number(new RegExp(`event_clients\\{transport="${transport}"\\} (\\d+)`).exec(await apis.metrics(0))?.[1]);

it('sends events as they happen, resumes after Last-Event-ID at any process, and notices when a reader has left', async () => {
  const stream = await readStream(first, viewer());
  expect([stream.status, stream.headers.get('content-type')]).toEqual([
    200,
    'text/event-stream; charset=utf-8',
  ]);
  expect(stream.headers.get('content-disposition')).toBeNull();
  expect(await clients('sse')).toBe(1);
  const ids = [String(await apis.record()), String(await apis.record())];
  await stream.sees(({ id }) => id === ids[1]);
  stream.leave();
  await waitFor(async () => (await clients('sse')) === 0);
  ids.push(String(await apis.record()));
  const resumed = await readStream(second, viewer(), {}, { 'Last-Event-ID': ids[0]! });
  ids.push(String(await apis.record()));
  await resumed.sees(({ id }) => id === ids[3]);
  expect(resumed.events.map(({ id }) => id)).toEqual(ids.slice(1));
  resumed.leave();
});

it('filters as the WebSocket does', async () => {
  const taskId = uuidv7();
  const stream = await readStream(first, viewer(), { task_id: taskId, event_types: 'TaskStatusChanged' });
  await apis.record();
  const id = String(await apis.record({ taskId }));
  await stream.sees((event) => event.id === id);
  expect(stream.events).toHaveLength(1);
  stream.leave();
});

it('answers a list to clients that ask for JSON', async () => {
  const after = await apis.record();
  const taskId = uuidv7();
  const ids = [await apis.record({ taskId }), await apis.record({ taskId })].map(String);
  await apis.record({ taskId, type: 'late_result' });
  const list = async (query: string) => {
    const answer = await fetch(`${first}/events?${query}`, {
      headers: { Authorization: `Bearer ${viewer()}` },
    });
    return ((await answer.json()) as { data: { id: string }[] }).data.map(({ id }) => id);
  };
  expect(await list(`last_event_id=${after}`)).toEqual(ids);
  expect(await list(`task_id=${taskId}`)).toEqual(ids);
  expect(await list(`last_event_id=${ids[1]}`)).toEqual([]);
});

it('has the same rules for permissions, the number of connections and their end', async () => {
  const refused = async (token: string, query = {}) => {
    const stream = await readStream(first, token, query);
    await stream.ended;
    return [stream.status, (JSON.parse(stream.text()) as { code: string }).code];
  };
  expect(await refused('nonsense')).toEqual([401, 'token_invalid']);
  expect(await refused(apis.token(['auditor']))).toEqual([403, 'forbidden']);
  expect(await refused(viewer(), { event_types: 'Nonsense' })).toEqual([400, 'bad_parameter']);

  const userId = uuidv7();
  const token = apis.token(['viewer'], { userId });
  const streams = await Promise.all(Array.from({ length: 10 }, () => readStream(first, token)));
  expect(await refused(token)).toEqual([429, 'too_many_connections']);
  apis.revoke(userId);
  await Promise.all(streams.map(({ ended }) => ended));
  expect(streams.map(({ named }) => named)).toEqual(
    streams.map(() => [{ name: 'close', data: expect.objectContaining({ code: 4401 }) as unknown }]),
  );
});
