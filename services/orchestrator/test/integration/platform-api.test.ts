import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { builtinPolicies, type PolicyDocument } from '@provisioning/policy';
import { temporaryFolder, type TemporaryFolder } from '@provisioning/test-kit';
import { v7 as uuidv7 } from 'uuid';
import { SERIES_RANGES } from '../../src/domain/state/series.js';
import { readSeries } from '../../src/postgres/state/series.js';
import { engineFunctions } from '../support/engine-functions.js';
import { testApi, type TestApi } from '../support/test-api.js';

const CREATE = '/workflows/servers/create';
const server = { type: 'server_batch', provider: 'upcloud', infra: 'alpha' };
const config = { plan: '1xCPU-2 GB', zone: 'de-fra1' };
const BATCH = {
  name: 'two_servers',
  parallel_limit: 3,
  operations: [
    { ...server, id: 'first', server_configs: [{ ...config, name: 'web-01' }] },
    { ...server, id: 'then', server_configs: [{ ...config, name: 'web-02' }], dependencies: ['first'] },
  ],
};

let workspace: TemporaryFolder;
let api: TestApi;
/** The first task has the lock of alpha; the second waits for it. */
const tasks: string[] = [];

beforeAll(async () => {
  workspace = await temporaryFolder('workspace');
  for (const folder of ['alpha', 'beta', 'definitions/taskservs/broken', 'not a name'])
    mkdirSync(join(workspace.path, folder), { recursive: true });
  writeFileSync(join(workspace.path, 'alpha/config.ncl'), '{}');
  writeFileSync(join(workspace.path, 'alpha/notes.txt'), 'no settings');
  writeFileSync(join(workspace.path, 'definitions/taskservs/broken/definition.toml'), 'name = ');
  api = await testApi({ PROVISIONING_WORKSPACE: workspace.path });
  for (let count = 0; count < 2; count++) {
    const body = { infra: 'alpha', settings: 'config.ncl' };
    tasks.push((await api.as('operator').post(CREATE).send(body).expect(200)).body.data as string);
  }
  const resource = {
    provider: 'local',
    driver: 'local',
    task_id: tasks[0],
    version: 1,
    created_at: new Date(),
    updated_at: new Date(),
  };
  await api.database('resources').insert([
    { ...resource, infra: 'gamma', kind: 'server', name: 'web-01', body: { id: 's1', plan: 'small' } },
    { ...resource, infra: 'gamma', kind: 'taskserv', name: 'web-01/redis', body: { id: 't1' } },
  ]);
});
afterAll(async () => {
  await api.stop();
  await workspace.remove();
});

const get = async (path: string, status = 200) => (await api.as('admin').get(path).expect(status)).body;

describe('infras', () => {
  it('are those of the workspace, of the inventory and of locks', async () => {
    const { body, headers } = await api.as('admin').get('/infras').expect(200);
    expect(headers['x-total-count']).toBe('3');
    expect(body.data).toEqual([
      expect.objectContaining({ name: 'alpha', settings_count: 1, servers: 0 }),
      { name: 'beta', settings_count: 0, servers: 0, taskservs: 0, clusters: 0, lock: null },
      { name: 'gamma', settings_count: 0, servers: 1, taskservs: 1, clusters: 0, lock: null },
    ]);
    expect((await get('/infras?after=alpha&limit=1')).data).toMatchObject([{ name: 'beta' }]);
  });

  it('show settings files, and the lock with its queue', async () => {
    const { data } = await get('/infras/alpha');
    const waiter = { task_id: tasks[1], batch_id: null, place: 1, since: expect.any(String) };
    const lock = {
      infra: 'alpha',
      holder: { task_id: tasks[0], batch_id: null, granted: true, since: expect.any(String) },
      queue: [waiter],
      waiting: 1,
    };
    expect(data).toEqual({
      name: 'alpha',
      servers: 0,
      taskservs: 0,
      clusters: 0,
      settings: [{ name: 'config.ncl', size_bytes: 2, changed_at: expect.any(String) }],
      lock,
    });
    expect((await get('/state/locks')).data).toEqual([lock]);
  });

  it('that do not exist are not found, and definitions are no infra', async () => {
    for (const name of ['nowhere', 'definitions']) {
      expect(await get(`/infras/${name}`, 404)).toMatchObject({ code: 'infra_not_found' });
    }
  });
});

describe('the workspace', () => {
  it('shows a definition that cannot be used with its fault', async () => {
    expect((await get('/definitions')).data).toEqual([
      {
        kind: 'taskserv',
        name: 'broken',
        description: null,
        default_version: null,
        requires: [],
        fault: expect.stringContaining('definitions/taskservs/broken/definition.toml'),
      },
    ]);
  });

  it('shows which variables would configure a provider', async () => {
    const { data } = await get('/providers');
    expect(data).toContainEqual({ name: 'local', state: 'configured', missing: null });
    expect(data).toContainEqual({
      name: 'upcloud',
      state: 'local',
      missing: expect.stringContaining('UPCLOUD'),
    });
  });
});

it('workers are shown with their lease', async () => {
  const worker = { id: uuidv7(), host: 'one', boot_id: 'b', slot: 0, pid: 1, state: 'alive' };
  const lease = (seconds: number) => api.database.raw(`now() + interval '${seconds} seconds'`);
  await api.database('workers').insert([
    { ...worker, lease_until: lease(100) },
    { ...worker, id: uuidv7(), slot: 1, lease_until: lease(-100), fault: 'no room' },
    { ...worker, id: uuidv7(), slot: 2, state: 'dead', lease_until: lease(-1) },
  ]);
  const { data } = await get('/workers');
  expect(data).toMatchObject([
    { slot: 0, state: 'alive', running: 0, fault: null },
    { slot: 1, state: 'overdue', fault: 'no room' },
  ]);
  expect(data[0].lease_left).toBeGreaterThan(0);
  expect(data[1].lease_left).toBeLessThan(0);
});

describe('the summary', () => {
  it('counts open work by the reason why it waits', async () => {
    const { data } = await get('/state/summary');
    expect(data).toMatchObject({
      tasks: { pending: 2, running: 0, failed_last_day: 0 },
      batches: { pending: 0, running: 0, rolling_back: 0 },
      locks: { held: 1, waiting: 1 },
    });
    expect(
      data.waiting.map(({ reason, tasks: n }: { reason: string; tasks: number }) => [reason, n]),
    ).toEqual([
      ['worker', 1],
      ['lock', 1],
    ]);
  });
});

describe('the series', () => {
  /** A copy of the first task that ran for 30 s, half an hour ago. */
  const insertEnded = (status: string) =>
    api.database.raw(
      `insert into tasks select (jsonb_populate_record(t, jsonb_build_object('id', new_id(), 'status', ?::text,
         'created_at', now() - interval '31 minutes', 'started_at', now() - interval '30 minutes',
         'completed_at', now() - interval '30 minutes' + interval '30 seconds'))).* from tasks t where id = ?`,
      [status, tasks[0]!],
    );
  const sumOf = (points: Record<string, number>[], what: string) =>
    points.reduce((sum, point) => sum + point[what]!, 0);

  it('counts what was submitted, started and ended in each step, and what waits', async () => {
    for (const status of ['Completed', 'Failed']) await insertEnded(status);
    const { data } = await get('/state/system/series?range=1h');
    expect(data).toMatchObject({ step_seconds: 60, complete: true });
    expect(data.points).toHaveLength(60);
    expect(data.points.at(-1)).toMatchObject({ waiting: 2 });
    const sums = ['submitted', 'started', 'completed', 'failed', 'cancelled'].map((what) =>
      sumOf(data.points, what),
    );
    expect(sums).toEqual([4, 2, 1, 1, 0]);
    const ended = data.points.find((point: { completed: number }) => point.completed === 1);
    expect(ended).toMatchObject({ duration_p50: 30, duration_p95: 30 });
    expect((await get('/state/system/series?range=7d')).data.points).toHaveLength(84);
    expect(await get('/state/system/series?range=1y', 400)).toMatchObject({ code: 'bad_parameter' });
  });

  it('leaves out the steps before the tasks that it reads', async () => {
    const series = await readSeries(api.database, SERIES_RANGES['1h'], undefined, 2);
    expect(series.isComplete).toBe(false);
    expect(series.points.length).toBeLessThan(60);
    expect(series.points.at(-1)!.waiting).toBe(2);
    await api.database('tasks').whereIn('status', ['Completed', 'Failed']).delete();
  });
});

describe('a plan of a batch', () => {
  it('shows the operations and the locks that it would wait for, and stores nothing', async () => {
    const { body } = await api.as('admin').post('/batch/plan').send(BATCH).expect(200);
    expect(body.data).toMatchObject({
      name: 'two_servers',
      infras: ['alpha'],
      operations: [
        { id: 'first', type: 'server_batch', provider: 'upcloud', infra: 'alpha', dependencies: [] },
        { id: 'then', dependencies: ['first'] },
      ],
      locks: [{ infra: 'alpha', holder: { task_id: tasks[0] }, waiting: 1 }],
    });
    expect((await get('/batch/operations')).data).toEqual([]);
  });

  it('has the faults of a submission', async () => {
    const operations = [{ ...BATCH.operations[0], dependencies: ['gone'] }];
    const { body } = await api
      .as('admin')
      .post('/batch/plan')
      .send({ ...BATCH, operations })
      .expect(422);
    expect(body).toMatchObject({
      code: 'invalid_batch',
      details: [{ path: 'operations[0].dependencies[0]' }],
    });
  });

  it('can be read again from a batch by those who may submit it', async () => {
    const { data } = (await api.as('admin').post('/batch/execute').send(BATCH).expect(200)).body;
    const path = `/batch/operations/${data.batch_id}/request`;
    const request = (await get(path)).data;
    expect(request).toMatchObject({ name: 'two_servers', parallel_limit: 3, operations: BATCH.operations });
    await api.as('viewer').get(path).expect(403);
    await api.as('admin').post('/batch/plan').send(request).expect(200);
  });
});

describe('the inventory', () => {
  it('is searched by a part of the name', async () => {
    const named = async (q: string) =>
      ((await get(`/state/inventory?q=${q}`)).data as { name: string }[]).map(({ name }) => name);
    expect(await named('REDIS')).toEqual(['web-01/redis']);
    expect(await named('b_01')).toEqual([]);
  });

  it('has one resource by its key', async () => {
    expect((await get('/state/inventory/gamma/taskserv/web-01%2Fredis')).data).toMatchObject({
      id: 'gamma/taskserv/web-01/redis',
    });
    expect(await get('/state/inventory/gamma/server/web-02', 404)).toMatchObject({
      code: 'resource_not_found',
    });
  });
});

describe('checkpoints and rollbacks', () => {
  it('show what has changed since a checkpoint', async () => {
    const { data: id } = (
      await api.as('admin').post('/rollback/checkpoints').send({ name: 'before' }).expect(201)
    ).body;
    await api
      .database('resources')
      .where({ kind: 'server' })
      .update({ body: { id: 's1', plan: 'large' } });
    await api.database('resources').where({ kind: 'taskserv' }).delete();
    const { data } = await get(`/rollback/checkpoints/${id}/diff`);
    expect(data).toMatchObject({
      checkpoint_id: id,
      summary: '0 created, 1 changed, 1 destroyed since the checkpoint',
      changes: [
        { change: 'change', kind: 'server', before: { plan: 'small' }, after: { plan: 'large' } },
        { change: 'destroy', kind: 'taskserv', name: 'web-01/redis', after: null },
      ],
    });
    await get(`/rollback/checkpoints/${uuidv7()}/diff`, 404);
    const rules: PolicyDocument['rules'] = [
      { effect: 'Deny', resource: 'taskservs:gamma/redis', action: ['read'] },
    ];
    api.access.change([...builtinPolicies, { name: 'hide redis', version: '1', rules }]);
    await api.look();
    const shown = await api.as('viewer').get(`/rollback/checkpoints/${id}/diff`).expect(200);
    expect(shown.body.data.changes.map(({ kind }: { kind: string }) => kind)).toEqual(['server']);
    api.access.change(builtinPolicies);
    await api.look();
  });

  it('lists rollbacks by status', async () => {
    const id = uuidv7();
    const row = {
      id,
      kind: 'rollback',
      name: 'rollback',
      status: 'Cancelled',
      parallel_limit: 1,
      on_failure: 'stop',
    };
    await api.database('batches').insert({
      ...row,
      rollback_enabled: false,
      infras: ['gamma'],
      total: 2,
      completed: 1,
      cancelled: 1,
      created_by: uuidv7(),
      created_by_name: 'ada',
      request_id: 'r',
      scope: { kind: 'operations', operation_ids: [id] },
    });
    expect((await get('/rollback?status=Failed,Running')).data).toEqual([
      {
        rollback_id: id,
        kind: 'operations',
        status: 'Failed',
        checkpoint_id: null,
        infras: ['gamma'],
        operations_count: 2,
        operations_executed: 1,
        operations_failed: 0,
        created_at: expect.any(String),
        completed_at: null,
        created_by: 'ada',
      },
    ]);
    expect((await get('/rollback?status=Completed')).data).toEqual([]);
    // The summary counts batches, as their list does.
    await api.database('batches').where({ id }).update({ status: 'Running' });
    expect((await get('/state/summary')).data.batches).toMatchObject({ running: 0 });
    // A literal path is no id of a rollback.
    await get('/rollback/statistics');
  });
});

it('the journal is filtered by state, provider and time', async () => {
  const entry = {
    task_id: uuidv7(),
    attempt: 1,
    change: 'create',
    infra: 'gamma',
    kind: 'server',
    name: 'x',
  };
  await api.database('journal').insert([
    { ...entry, state: 'done', provider: 'local', driver: 'local', at: new Date('2026-01-02T03:00:00Z') },
    { ...entry, state: 'failed', provider: 'aws', driver: 'aws', at: new Date('2026-01-03T03:00:00Z') },
  ]);
  for (const [query, states] of [
    ['', ['failed', 'done']],
    ['state=done,undone', ['done']],
    ['provider=aws', ['failed']],
    ['from=2026-01-03', ['failed']],
    ['to=2026-01-02', ['done']],
  ] as const) {
    const { data } = await get(`/state/journal?${query}`);
    expect(data.map(({ state }: { state: string }) => state)).toEqual(states);
  }
  const refused = await get('/state/journal?state=lost', 400);
  expect(JSON.stringify(refused)).toContain('must be one or more of intended');
});

// Last: work in an infra that its user may no longer read is cancelled.
describe('infras and locks', () => {
  it('are shown only to those who may read them', async () => {
    const rules: PolicyDocument['rules'] = [{ effect: 'Deny', resource: 'servers:alpha', action: ['read'] }];
    api.access.change([...builtinPolicies, { name: 'hide alpha', version: '1', rules }]);
    await api.look();
    const names = ((await api.as('viewer').get('/infras').expect(200)).body.data as { name: string }[]).map(
      ({ name }) => name,
    );
    expect(names).toEqual(['beta', 'gamma']);
    await api.as('viewer').get('/infras/alpha').expect(403);
    expect((await api.as('viewer').get('/state/locks').expect(200)).body.data).toEqual([]);
    const { points } = (await api.as('viewer').get('/state/system/series').expect(200)).body.data;
    expect(points.filter(({ submitted }: { submitted: number }) => submitted > 0)).toEqual([]);
    api.access.change(builtinPolicies);
    await api.look();
  });
});

// Last: it claims the tasks that the tests above read.
it('a worker that drains claims nothing more, and its work goes on', async () => {
  const engine = engineFunctions(api.database);
  const [drained, other] = [await engine.register(), await engine.register()];
  const submit = async () => {
    const body = { infra: 'delta', settings: 'config.ncl' };
    return (await api.as('operator').post(CREATE).send(body).expect(200)).body.data as string;
  };
  const [first, next] = [await submit(), await submit()];
  const attempt = await engine.claim(first, drained);
  await api.as('operator').post(`/workers/${drained}/drain`).expect(403);
  await api.as('admin').post('/workers/not-a-uuid/drain').expect(400);
  const drain = () => api.as('admin').post(`/workers/${drained}/drain`).expect(200);
  const { body } = await drain();
  expect(body.data).toMatchObject({ id: drained, running: 1, draining_since: expect.any(String) });
  expect((await drain()).body.data.draining_since).toBe(body.data.draining_since);

  // Its result is accepted and makes the next task ready, which the other worker alone can claim.
  expect(await engine.finish(first, attempt!, drained, 'Completed')).toBe('done');
  expect(await engine.round(drained)).toEqual([]);
  expect(await engine.round(other)).toContain(next);

  const { data } = await get('/workers');
  expect(data.find(({ id }: { id: string }) => id === other)).toMatchObject({ draining_since: null });
  const recorded = await api
    .database('events')
    .where({ type: 'told' })
    .select<{ details: object }[]>('details');
  expect(recorded).toEqual([{ details: { action: 'worker.drain', resource: `workers/${drained}` } }]);
  const unknown = await api.as('admin').post(`/workers/${uuidv7()}/drain`).expect(404);
  expect(unknown.body).toMatchObject({ code: 'worker_not_found' });
});
