import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditEntry } from '@provisioning/contracts';
import { waitFor } from '@provisioning/test-kit';
import { engineFunctions, RECORD_CHANGES } from '../support/engine-functions.js';
import { FakeControlCenter } from '../support/fake-control-center.js';
import { SECRET, testApi, type TestApi } from '../support/test-api.js';

let controlCenter: FakeControlCenter;
let api: TestApi;

beforeAll(async () => {
  controlCenter = new FakeControlCenter(SECRET);
  await controlCenter.start();
  api = await testApi({ RATE_LIMIT_BATCH: '0', CONTROL_CENTER_INTERNAL_URL: controlCenter.url });
  api.jobs.start(['audit_forward']);
});
afterAll(async () => {
  await api.jobs.stop();
  await api.stop();
  await controlCenter.stop();
});

const operator = () => api.as('operator');

/** Waits until all events so far have arrived. */
async function arrived(timeout = 15_000): Promise<void> {
  await waitFor(
    async () => {
      await api.audit.backlog.look();
      return api.audit.backlog.rows === 0;
    },
    { timeout, what: 'the end of the backlog' },
  );
}

async function recordsOf(resource: string): Promise<AuditEntry[]> {
  await arrived();
  return controlCenter.entries.filter((entry) => entry.resource === resource);
}

const detailsOf = (entry: AuditEntry) => JSON.parse(entry.details) as Record<string, unknown>;
const workflow = (infra: string) =>
  operator()
    .post('/workflows/servers/create')
    .set('X-Request-Id', `of-${infra}`)
    .send({ infra, settings: 'config.ncl', wait: true })
    .expect(200);

describe('the audit trail gets', () => {
  it('a workflow, with its submitter and address; its start and its end with the command line', async () => {
    const { body } = await workflow('alpha');
    const task = body.data as string;
    const engine = engineFunctions(api.database);
    const worker = await engine.register();
    const attempt = (await engine.claim(task, worker))!;
    await engine.finish(task, attempt, worker, 'Completed');

    const records = await recordsOf(`tasks/${task}`);
    const argv = [
      'provisioning',
      'servers',
      'create',
      '--infra',
      'alpha',
      '--settings',
      'config.ncl',
      '--wait',
    ];
    expect(records.map(({ action, result }) => [action, result])).toEqual([
      ['workflow.submit', 'success'],
      ['task.start', 'success'],
      ['task.end', 'success'],
    ]);
    for (const record of records) {
      expect(detailsOf(record)).toMatchObject({ argv, infra: 'alpha' });
      expect(record).toMatchObject({ username: 'operator', request_id: 'of-alpha', service: 'orchestrator' });
      expect(record.user_id).toMatch(/^[0-9a-f-]{36}$/);
      expect(record.session_id).toMatch(/^[0-9a-f-]{36}$/);
      expect(record.ip).toMatch(/127\.0\.0\.1$/);
    }
  });

  it('each change of the infrastructure as in the journal, once, as the submitter’s', async () => {
    const { body } = await workflow('beta');
    const task = body.data as string;
    const engine = engineFunctions(api.database);
    const worker = await engine.register();
    const attempt = (await engine.claim(task, worker))!;
    const entry = (change: string, kind: string, name: string, id: string) => ({
      state: 'done',
      change,
      infra: 'beta',
      kind,
      name,
      provider: 'local',
      driver: 'local',
      before: change === 'create' ? null : { id, name, password: 'hunter2' },
      after: change === 'destroy' ? null : { id, name, password: 'hunter2' },
    });
    const entries = [
      entry('create', 'server', 'web-01', 's1'),
      entry('change', 'server', 'web-01', 's1'),
      entry('create', 'taskserv', 'etcd', 't1'),
      entry('destroy', 'taskserv', 'etcd', 't1'),
    ];
    const record = () => api.database.raw(RECORD_CHANGES, [task, attempt, worker, JSON.stringify(entries)]);
    await record();
    await record(); // its answer was lost

    await arrived();
    const changes = controlCenter.entries.filter((one) => detailsOf(one)['task_id'] === task);
    expect(
      changes.map(({ action, resource, result, username }) => [action, resource, result, username]),
    ).toEqual([
      ['server.create', 'servers/web-01', 'success', 'operator'],
      ['server.update', 'servers/web-01', 'success', 'operator'],
      ['taskserv.create', 'taskservs/etcd', 'success', 'operator'],
      ['taskserv.delete', 'taskservs/etcd', 'success', 'operator'],
    ]);
    expect(detailsOf(changes[0]!)).toMatchObject({ infra: 'beta', driver: 'local', resource_id: 's1' });
    expect(JSON.stringify(changes)).not.toContain('hunter2');
  });

  it('a cancellation with the user who cancelled, and a retry', async () => {
    const task = (await workflow('gamma')).body.data as string;
    await api.as('admin').post(`/tasks/${task}/cancel`).expect(200);
    const { body } = await operator().post(`/tasks/${task}/retry`).expect(200);
    expect((await recordsOf(`tasks/${task}`)).map(({ action, username }) => [action, username])).toEqual([
      ['workflow.submit', 'operator'],
      ['task.cancel', 'admin'],
    ]);
    const [retried] = await recordsOf(`tasks/${body.data as string}`);
    expect(retried).toMatchObject({ action: 'task.retry', username: 'operator' });
    expect(detailsOf(retried!)).toMatchObject({ retry_of: task });
  });

  it('a batch, its cancellation and its resumption', async () => {
    const { body } = await operator()
      .post('/batch/execute')
      .send({
        name: 'b',
        operations: [{ id: 'one', type: 'command_batch', commands: ['echo token=eyJhbGciOi.eyJzdWIi.abc'] }],
      })
      .expect(200);
    const batch = body.data.batch_id as string;
    const operation = (await api.database('tasks').where({ batch_id: batch }).first<{ id: string }>('id')).id;
    await api.as('admin').post(`/batch/operations/${batch}/cancel`).expect(200);
    const { body: resumed } = await operator().post(`/batch/operations/${batch}/resume`).expect(200);

    const records = await recordsOf(`batches/${batch}`);
    expect(records.map(({ action, result, username }) => [action, result, username])).toEqual([
      ['batch.submit', 'success', 'operator'],
      ['batch.cancel', 'success', 'admin'],
      ['batch.end', 'failure', 'operator'],
    ]);
    const [again] = await recordsOf(`batches/${resumed.data.batch_id as string}`);
    expect(again).toMatchObject({ action: 'batch.resume' });
    expect(detailsOf(again!)).toMatchObject({ resume_of: batch });
    const [end] = await recordsOf(`tasks/${operation}`);
    expect(end).toMatchObject({ action: 'task.end', result: 'failure' });
    // The commands of an operation are recorded, texts that look like tokens are masked.
    expect(detailsOf(end!)['argv']).toEqual(['echo token=[redacted]']);
  });

  it('checkpoints, rollbacks and restores', async () => {
    const { body } = await operator().post('/rollback/checkpoints').send({ name: 'before' }).expect(201);
    const checkpoint = body.data as string;
    const { headers } = await operator()
      .post('/rollback/execute')
      .set('Prefer', 'respond-async')
      .send({ checkpoint_id: checkpoint })
      .expect(200);
    expect(await recordsOf(`checkpoints/${checkpoint}`)).toMatchObject([
      { action: 'checkpoint.create', result: 'success', username: 'operator' },
    ]);
    const rollback = headers['location']!.split('/').pop()!;
    expect((await recordsOf(`rollbacks/${rollback}`)).map(({ action }) => action)).toEqual([
      'rollback.execute',
      'rollback.end',
    ]);
  });

  it('every denial with its decision, and every refused change', async () => {
    const denied = await api.as('viewer').post('/rollback/checkpoints').send({ name: 'x' }).expect(403);
    const reading = await api.as('auditor').get('/tasks').expect(403);
    const unknown = '0199a1b2-0000-7000-8000-000000000000';
    await operator().post(`/tasks/${unknown}/cancel`).expect(404);
    await operator().post('/batch/execute').send({ name: 'b', operations: [] }).expect(422);
    await operator().get(`/tasks/${unknown}`).expect(404); // changes nothing, was not denied: no record
    await arrived();
    const refused = controlCenter.entries.filter(
      ({ result, action }) => result !== 'success' && !/end$/.test(action),
    );
    expect(refused).toMatchObject([
      { action: 'checkpoint.create', resource: 'checkpoints/*', result: 'denied', username: 'viewer' },
      { action: 'task.read', result: 'denied', username: 'auditor' },
      { action: 'task.cancel', resource: `tasks/${unknown}`, result: 'failure', username: 'operator' },
      { action: 'batch.submit', result: 'failure', username: 'operator' },
    ]);
    expect(refused.slice(0, 2).map((entry) => detailsOf(entry)['decision_id'])).toEqual([
      denied.body.decision_id,
      reading.body.decision_id,
    ]);
    expect(detailsOf(refused[2]!)).toMatchObject({ code: 'task_not_found' });
  });
});

it('a user over the rate limit, once', async () => {
  const limited = await testApi({ RATE_LIMIT_BATCH: '2', CONTROL_CENTER_INTERNAL_URL: controlCenter.url });
  try {
    const caller = limited.as('operator');
    const ask = () => caller.post('/batch/execute').send({ name: 'b', operations: [] });
    for (const status of [422, 422, 429, 429]) await ask().expect(status);
    const recorded = await limited.database('events').where({ type: 'refused', status: 'Denied' });
    expect(recorded.map(({ details, actor }) => [details.action, details.limit, actor.username])).toEqual([
      ['rate_limit.exceed', 2, 'operator'],
    ]);
  } finally {
    await limited.stop();
  }
});

it('refuses changes while more than 100,000 events have not arrived, serves reads, and accepts changes afterwards', async () => {
  await controlCenter.stop();
  // In parts, because each statement has a time limit, and visible at once: the forwarder passes over what is not recorded.
  await api.database.transaction(async (transaction) => {
    for (let part = 0; part < 10; part++) {
      await transaction.raw(
        `insert into event_chunks (type, status, task_ids, attempts)
           select 'health', 'Healthy', array[null]::uuid[], '{0}' from generate_series(1, 10001)`,
      );
    }
  });
  await workflow('delta'); // it has not looked yet, and this is kept, too
  await api.audit.backlog.look();
  const { body, headers } = await operator().post('/rollback/checkpoints').send({ name: 'x' }).expect(503);
  expect(body.code).toBe('audit_backlog');
  expect(headers['retry-after']).toBe('30');
  await operator().get('/tasks').expect(200);
  expect((await api.anonymous.get('/metrics')).text).toMatch(/^orchestrator_audit_backlog \d+$/m);

  await controlCenter.start();
  await arrived(50_000);
  await operator().post('/rollback/checkpoints').send({ name: 'x' }).expect(201);
});
