import { rowsOf } from '@provisioning/runtime';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { waitFor } from '@provisioning/test-kit';
import { RECORDED_EVENT_TYPES } from '../../src/domain/event/catalogue.js';
import { engineFunctions, RECORD_CHANGES } from '../support/engine-functions.js';
import { follow } from '../support/event-client.js';
import { liveApis, type LiveApis } from '../support/live-apis.js';
import { readStream } from '../support/stream-reader.js';

const PRIVATE = ['checkpoint_created', 'late_result', 'plan_decided', 'refused', 'resource_changed', 'told'];
/** A text that occurs only in private events. */
const SECRETS = /nightly-checkpoint|secret-web|hidden-hook|There is no task|decision/;
const UNKNOWN_TASK = '0199a1b2-0000-7000-8000-000000000000';

let apis: LiveApis;
let url: string;

beforeAll(async () => {
  apis = await liveApis(1, { WEBHOOKS_ALLOW_PRIVATE: 'true', RATE_LIMIT_BATCH: '0' });
  url = apis.urls[0]!;
});
afterAll(() => apis.stop());

async function post(
  role: string,
  path: string,
  body: object = {},
): Promise<{ status: number; data: unknown }> {
  const answer = await fetch(url + path, {
    method: 'POST',
    headers: { Authorization: `Bearer ${apis.token([role])}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  const { data } = (await answer.json()) as { data?: unknown };
  return { status: answer.status, data };
}

/**
 * A task that changes a resource, is lost, reports late and is cancelled while it runs; another one waits behind it.
 */
async function tasksHappen(): Promise<void> {
  const engine = engineFunctions(apis.database);
  const worker = await engine.register();
  const task = await apis.task('production');
  const behind = await apis.task('production');
  const lost = (await engine.claim(task, worker))!;
  await apis.database.raw(`select record_progress(?, ?, 4, 1, 'boot', true)`, [task, lost]);
  const change = {
    state: 'done',
    change: 'create',
    infra: 'production',
    kind: 'server',
    name: 'secret-web',
    provider: 'local',
    driver: 'local',
    before: null,
    after: { id: 'id-secret-web' },
  };
  await apis.database.raw(RECORD_CHANGES, [task, lost, worker, JSON.stringify([change])]);
  await engine.lose(task, lost, worker);
  const last = (await engine.claim(task, worker))!;
  expect(await engine.finish(task, lost, worker, 'Completed')).toBe('fenced');
  expect((await post('operator', `/tasks/${task}/cancel`)).status).toBe(200);
  await engine.finish(task, last, worker, 'Cancelled');
  expect((await post('operator', `/tasks/${behind}/cancel`)).status).toBe(200);

  const asked = await apis.task('staging');
  await apis.database('tasks').where({ id: asked }).update({ repeatable: false, reconcilable: true });
  await engine.lose(asked, (await engine.claim(asked, worker))!, worker);
  await engine.finish(asked, (await engine.claim(asked, worker))!, worker, 'Completed');
}

/** A batch whose first operation completes at the second attempt and is undone, since the second one fails. */
async function batchHappens(): Promise<void> {
  const operation = (id: string, dependencies: string[]) => ({
    id,
    type: 'server_batch',
    provider: 'local',
    infra: 'production',
    dependencies,
    retries: 1,
    server_configs: [{ name: `web-${id}`, plan: 'small', zone: 'a' }],
  });
  const operations = [operation('a', []), operation('b', ['a'])];
  const { data } = await post('operator', '/batch/execute', {
    name: 'nightly',
    operations,
    rollback_enabled: true,
  });
  const [first, second] = (data as { operations: { task_id: string }[] }).operations.map(
    ({ task_id: id }) => id,
  ) as [string, string];
  const engine = engineFunctions(apis.database);
  const worker = await engine.register();
  const attempt = async (task: string) => (await engine.claim(task, worker))!;
  expect(await engine.finish(first, await attempt(first), worker, 'Failed')).toBe('retry');
  await engine.wake(first);
  expect(await engine.finish(first, await attempt(first), worker, 'Completed')).toBe('done');
  const permanent = await engine.finish(second, await attempt(second), worker, 'Failed', { permanent: true });
  expect(permanent).toBe('done');
}

/** Requests that are denied or fail, and changes that only the audit trail receives. @returns the id of a plan */
async function privateThingsHappen(): Promise<string> {
  expect((await post('viewer', '/rollback/checkpoints', { name: 'nightly-checkpoint' })).status).toBe(403);
  expect((await post('operator', `/tasks/${UNKNOWN_TASK}/cancel`)).status).toBe(404);
  expect((await post('operator', '/rollback/checkpoints', { name: 'nightly-checkpoint' })).status).toBe(201);
  const plan = await planHappens();
  const webhook = { url: 'http://127.0.0.1:9/hidden-hook', events: ['task.failed'] };
  expect((await post('admin', '/webhooks', webhook)).status).toBe(201);
  return plan;
}

/** A plan that is rejected. @returns its id */
async function planHappens(): Promise<string> {
  const operation = {
    id: 'a',
    type: 'server_batch',
    provider: 'local',
    infra: 'production',
    server_configs: [{ name: 'web-a', plan: 'small', zone: 'a' }],
  };
  const { data } = await post('operator', '/plans', { batch: { name: 'weekly', operations: [operation] } });
  const { id } = data as { id: string };
  await apis.database('plans').where({ id }).update({ status: 'Planned', digest: 'sha256:of-the-test' });
  const decision = { digest: 'sha256:of-the-test', decision: 'reject' };
  expect((await post('admin', `/plans/${id}/approvals`, decision)).status).toBe(200);
  return id;
}

it('hides private events from all clients that follow, and ids continue after the gaps', async () => {
  const roles = ['viewer', 'operator', 'admin'];
  const sockets = await Promise.all(roles.map((role) => follow(url, { token: apis.token([role]) })));
  const stream = await readStream(url, apis.token(['viewer']));
  await tasksHappen();
  await batchHappens();
  const plan = await privateThingsHappen();
  await waitFor(() => apis.database('events').where({ type: 'health' }).first(), { what: 'the health' });
  const last = await apis.record();

  const rows = await rowsOf<{ seq: string; type: string }>(
    apis.database,
    'select seq, type from events where seq <= ? order by seq',
    [last],
  );
  // Every type that can be recorded was recorded; the check of the table allows no other.
  expect([...new Set(rows.map(({ type }) => type))].sort()).toEqual(
    RECORDED_EVENT_TYPES.filter((type) => type !== 'log').sort(),
  );
  const published = rows.filter(({ type }) => !PRIVATE.includes(type)).map(({ seq }) => Number(seq));
  const after = (seq: number) => published.filter((each) => each > seq);
  // The health of the platform may change again in the meantime.
  const idsOf = (events: readonly { id?: string }[]) =>
    events.map(({ id }) => Number(id)).filter((id) => id <= last);

  for (const client of [...sockets, stream]) {
    await client.sees(({ id }) => id === String(last));
    const ids = idsOf(client.events);
    expect(ids).toEqual(after(ids[0]! - 1));
    expect(ids.length).toBeGreaterThan(published.length - 3);
    const ofPlan = client.events.filter(({ metadata }) => metadata['plan_id'] === plan);
    expect(ofPlan.map(({ data }) => [data['previous'], data['status']])).toEqual([
      [undefined, 'planning'],
      ['planned', 'rejected'],
    ]);
    expect(JSON.stringify(client.events)).not.toMatch(SECRETS);
  }
  const refused = Number(rows.find(({ type }) => type === 'refused')!.seq);
  for (const [index, role] of roles.entries()) {
    await sockets[index]!.leave();
    for (const id of [0, refused]) {
      const resumed = await follow(url, { token: apis.token([role]), last_event_id: String(id) });
      await resumed.sees((event) => event.id === String(last));
      expect(idsOf(resumed.events)).toEqual(after(id));
      expect(resumed.said).toEqual([]);
      await resumed.leave();
      const list = await fetch(`${url}/events?last_event_id=${id}`, {
        headers: { Authorization: `Bearer ${apis.token([role])}` },
      });
      const { data } = (await list.json()) as { data: { id: string }[] };
      expect(idsOf(data)).toEqual(after(id));
    }
  }
  stream.leave();
});
