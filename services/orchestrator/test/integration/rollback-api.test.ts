import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { engineFunctions, RECORD_CHANGES } from '../support/engine-functions.js';
import { testApi, type TestApi } from '../support/test-api.js';

let api: TestApi;

beforeAll(async () => {
  api = await testApi({ RATE_LIMIT_BATCH: '0' });
});
afterAll(() => api.stop());

const operator = () => api.as('operator');

/** A workflow that created these servers according to the journal. */
async function made(infra: string, names: string[]): Promise<string> {
  const { body } = await operator()
    .post('/workflows/servers/create')
    .send({ infra, settings: 'config.ncl' })
    .expect(200);
  const task = body.data as string;
  const engine = engineFunctions(api.database);
  const worker = await engine.register();
  const attempt = (await engine.claim(task, worker))!;
  const entries = names.map((name) => ({
    state: 'done',
    change: 'create',
    infra,
    kind: 'server',
    name,
    provider: 'local',
    driver: 'local',
    before: null,
    after: { id: `id-${name}`, name, plan: 'small', labels: { role: 'web' } },
  }));
  const record = () => api.database.raw(RECORD_CHANGES, [task, attempt, worker, JSON.stringify(entries)]);
  await record();
  await record(); // its answer was lost: sent again, it changes nothing
  await engine.finish(task, attempt, worker, 'Completed');
  return task;
}

it('shows what exists and how it was created', async () => {
  const task = await made('inv', ['web-01', 'web-02']);
  const { body, headers } = await operator().get('/state/inventory?infra=inv').expect(200);
  expect(headers['x-total-count']).toBe('2');
  expect(body.data[0]).toMatchObject({
    kind: 'server',
    infra: 'inv',
    name: 'web-01',
    provider: 'local',
    version: 1,
    task_id: task,
    attributes: { plan: 'small', labels: '{"role":"web"}' },
  });
  const { body: journal } = await operator().get(`/state/journal?task_id=${task}`).expect(200);
  expect(journal.data.map(({ name, state }: { name: string; state: string }) => [name, state])).toEqual([
    ['web-02', 'done'],
    ['web-01', 'done'],
  ]);
  const { body: none } = await operator().get('/state/journal?infra=inv&kind=cluster').expect(200);
  expect(none.data).toEqual([]);
});

it('shows checkpoints as documented, with their real size', async () => {
  await made('cp', ['web-01']);
  const caller = operator();
  const { body, headers } = await caller
    .post('/rollback/checkpoints')
    .set('Idempotency-Key', 'once')
    .send({ name: 'before_major_update', description: 'Checkpoint before deploying v2.0.0' })
    .expect(201);
  expect(headers['location']).toBe(`/rollback/checkpoints/${body.data}`);
  await caller
    .post('/rollback/checkpoints')
    .set('Idempotency-Key', 'once')
    .send({ name: 'before_major_update', description: 'Checkpoint before deploying v2.0.0' })
    .expect(201);
  const { body: one } = await operator().get(`/rollback/checkpoints/${body.data}`).expect(200);
  expect(one.data).toMatchObject({
    id: body.data,
    name: 'before_major_update',
    description: 'Checkpoint before deploying v2.0.0',
    size: expect.stringMatching(/^[\d.]+ MB$/),
  });
  expect(one.data.size_bytes).toBeGreaterThan(50);
  expect(one.data.operations_count).toBeGreaterThan(0);
  const { body: list } = await operator().get('/rollback/checkpoints?limit=1').expect(200);
  expect(list.data.map(({ id }: { id: string }) => id)).toEqual([body.data]);
  const { body: statistics } = await operator().get('/rollback/statistics').expect(200);
  expect(statistics.data).toMatchObject({ total_checkpoints: 1, total_rollbacks: 0, success_rate: 100 });
  await operator().get('/rollback/checkpoints/0198f000-0000-7000-8000-000000000000').expect(404);
  await api.as('viewer').post('/rollback/checkpoints').send({ name: 'x' }).expect(403);
});

it('previews a rollback, and begins it at once or not at all', async () => {
  const { body: checkpoint } = await operator()
    .post('/rollback/checkpoints')
    .send({ name: 'empty' })
    .expect(201);
  const task = await made('ex', ['web-01', 'web-02']);
  const body = { checkpoint_id: checkpoint.data };
  const { body: preview } = await operator().post('/rollback/execute?check_mode=true').send(body).expect(200);
  expect(preview.data).toMatchObject({
    check_mode: true,
    success: false,
    operations_executed: 0,
    obstacles: [],
    plan: {
      changes: [
        { change: 'destroy', kind: 'server', name: 'web-02', after: null },
        { change: 'destroy', kind: 'server', name: 'web-01', after: null },
      ],
    },
  });
  const { body: begun, headers } = await operator()
    .post('/rollback/execute')
    .set('Prefer', 'respond-async')
    .send(body)
    .expect(200);
  expect(begun.data).toMatchObject({
    status: 'Running',
    success: false,
    kind: 'checkpoint',
    checkpoint_id: checkpoint.data,
    operations: [{ operation_id: task, outcome: 'pending', changes: 2 }],
  });
  const { body: followed } = await operator().get(headers['location']!).expect(200);
  expect(followed.data.rollback_id).toBe(begun.data.rollback_id);
  // It holds the infra: another rollback, and any workflow, must wait or is refused.
  const { body: refused } = await operator()
    .post('/rollback/execute')
    .send({ operation_ids: [task] })
    .expect(409);
  expect(refused.code).toBe('infra_busy');
  const { body: batches } = await operator().get('/batch/operations').expect(200);
  expect(batches.data).toEqual([]);
  const { body: used } = await operator().delete(`/rollback/checkpoints/${checkpoint.data}`).expect(409);
  expect(used).toMatchObject({
    code: 'checkpoint_in_use',
    error: expect.stringContaining(begun.data.rollback_id),
  });
  await operator().get(`/rollback/checkpoints/${checkpoint.data}`).expect(200);
});

it('deletes a checkpoint with its stored inventory, and records who did it', async () => {
  await made('gone', ['web-01']);
  const { body } = await operator()
    .post('/rollback/checkpoints')
    .send({ name: 'obsolete', infras: ['gone'] })
    .expect(201);
  const id = body.data as string;
  const path = `/rollback/checkpoints/${id}`;
  await api.as('viewer').delete(path).expect(403);
  const { body: deleted } = await operator().delete(path).expect(200);
  expect(deleted.data).toBe('Checkpoint deleted successfully');
  await operator().get(path).expect(404);
  const { body: again } = await operator().delete(path).expect(404);
  expect(again.code).toBe('checkpoint_not_found');
  expect(await api.database('checkpoint_items').where({ checkpoint_id: id })).toEqual([]);
  const recorded = await api
    .database('events')
    .where({ type: 'told' })
    .whereRaw(`details ->> 'resource' = ?`, [`checkpoints/${id}`]);
  expect(recorded).toMatchObject([
    { details: { action: 'checkpoint.delete', name: 'obsolete', infras: ['gone'] } },
  ]);
  // The inventory itself is untouched.
  await operator().get('/state/inventory/gone/server/web-01').expect(200);
});

it('begins no rollback to a checkpoint that was deleted after the plan was made', async () => {
  const batch = { infras: ['late'], scope: { kind: 'checkpoint', checkpoint_id: uuidv7() } };
  const { rows } = await api.database.raw(
    `select outcome from submit_rollback(?::jsonb, '[]', null, null, null, 0)`,
    [JSON.stringify(batch)],
  );
  expect(rows).toEqual([{ outcome: 'stale' }]);
});

it('refuses unknown operations and checkpoints', async () => {
  const nobody = '0198f000-0000-7000-8000-000000000000';
  await operator().post('/rollback/execute').send({ checkpoint_id: nobody }).expect(404);
  await operator()
    .post('/rollback/execute')
    .send({ operation_ids: ['op-1'] })
    .expect(404);
  await operator().post('/rollback/execute').send({}).expect(422);
  await operator().get(`/rollback/${nobody}`).expect(404);
});

it('plans a rollback, and executes the plan only while it would undo the same', async () => {
  const first = await made('planned', ['web-01']);
  const plan = async (task: string) => {
    const rollback = { operation_ids: [task] };
    const { body } = await operator().post('/plans').send({ rollback }).expect(201);
    return body.data as { id: string; digest: string };
  };
  const execute = ({ id, digest }: { id: string; digest: string }) =>
    operator().post(`/plans/${id}/execute`).send({ digest });
  const moved = await plan(first);
  expect(moved).toMatchObject({
    kind: 'rollback',
    name: 'rollback of 1 operation',
    status: 'Approved',
    planning_task_id: null,
    infras: ['planned'],
    changes: [{ operation: 'undo-1', change: 'destroy', name: 'web-01', after: null }],
  });
  const { body: same } = await operator().get(`/plans/${moved.id}/diff`).expect(200);
  expect(same.data).toEqual({ digest: moved.digest, equal: true, moved: [] });
  // A later operation depends on what the plan undoes.
  const later = uuidv7();
  await api.database.raw(
    `insert into journal (task_id, attempt, state, change, infra, kind, name, provider, driver, resource_id)
       values (?, 1, 'done', 'change', 'planned', 'server', 'web-01', 'local', 'local', 'id-web-01')`,
    [later],
  );
  const { body: stale } = await execute(moved).expect(409);
  expect(stale).toMatchObject({ code: 'plan_moved', error: expect.stringContaining(later) });
  const second = await made('planned-2', ['web-01']);
  const now = await plan(second);
  const { body: run, headers } = await execute(now).expect(200);
  expect(run.data).toMatchObject({ kind: 'rollback', status: 'Running', plan_id: now.id });
  expect(headers['location']).toBe(`/rollback/${run.data.rollback_id}`);
  const { body: rollback } = await operator().get(headers['location']!).expect(200);
  expect(rollback.data).toMatchObject({ status: 'Running', operations: [{ operation_id: second }] });
  const { body: repeated } = await execute(now).expect(200);
  expect(repeated.data.rollback_id).toBe(run.data.rollback_id);
  const { body: executed } = await operator().get(`/plans/${now.id}`).expect(200);
  expect(executed.data).toMatchObject({ status: 'Executed', rollback_id: run.data.rollback_id });
});

it('refuses to plan a rollback that nothing is left for, or that the caller may not run', async () => {
  const missing = { rollback: { operation_ids: ['nil'] } };
  await operator().post('/plans').send(missing).expect(404);
  const { body: checkpoint } = await operator()
    .post('/rollback/checkpoints')
    .send({ name: 'unchanged', infras: ['untouched'] })
    .expect(201);
  const { body } = await operator()
    .post('/plans')
    .send({ rollback: { checkpoint_id: checkpoint.data } })
    .expect(409);
  expect(body.code).toBe('nothing_to_change');
  const task = await made('guarded', ['web-01']);
  await api
    .as('viewer')
    .post('/plans')
    .send({ rollback: { operation_ids: [task] } })
    .expect(403);
});
