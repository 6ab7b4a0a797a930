import { rowsOf } from '@provisioning/runtime';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { waitFor } from '@provisioning/test-kit';
import type { Survey } from '../../src/domain/state/survey.js';
import { engineFunctions } from '../support/engine-functions.js';
import { testApi, type TestApi } from '../support/test-api.js';

let api: TestApi;

beforeAll(async () => {
  api = await testApi({ RATE_LIMIT_BATCH: '0' });
});
afterAll(() => api.stop());

const operator = () => api.as('operator');

const server = (name: string, plan = 'small') => ({
  id: `id-${name}`,
  infra: 'i',
  name,
  plan,
  zone: 'z',
  provider: 'local',
  driver: 'local',
  image: null,
  labels: {},
  storage_gb: null,
  made_at: `2026-01-01T00:00:0${name.at(-1)}Z`,
});

/** Acts as a worker: answers the survey that is requested next. */
async function answer(...things: ReturnType<typeof server>[]): Promise<void> {
  const task = await waitFor(async () => {
    const [row] = await rowsOf<{ id: string }>(
      api.database,
      `select id from tasks where kind = 'survey' and status = 'Ready'`,
    );
    return row?.id ?? '';
  });
  const engine = engineFunctions(api.database);
  const worker = await engine.register();
  const attempt = (await engine.claim(task, worker))!;
  const survey: Survey = {
    drivers: ['local'],
    infras: [
      {
        infra: 'i',
        things: things.map((body) => ({ kind: 'server', name: body.name, driver: 'local', body }) as never),
        unanswered: [],
      },
    ],
  };
  await engineFunctions(api.database).finish(task, attempt, worker, 'Completed', {
    data: { result: { message: 'asked', data: survey } },
  });
}

/** The inventory. */
async function known(...things: ReturnType<typeof server>[]): Promise<void> {
  await api.database('resources').delete();
  for (const body of things)
    await api.database.raw(
      `insert into resources values ('i', 'server', ?, 'local', 'local', ?, 1, gen_random_uuid(), now(), now())`,
      [body.name ?? '', JSON.stringify(body)],
    );
}

/** The creations in the journal. */
async function made({ id, name }: ReturnType<typeof server>): Promise<void> {
  await api.database.raw(
    `insert into journal (task_id, attempt, state, change, infra, kind, name, provider, driver, resource_id)
       values (gen_random_uuid(), 1, 'done', 'create', 'i', 'server', ?, 'local', 'local', ?)`,
    [name, id],
  );
}

async function checkpoint(): Promise<string> {
  const { body } = await operator()
    .post('/rollback/checkpoints')
    .send({ name: 'here', infras: ['i'] })
    .expect(201);
  return body.data as string;
}

it('shows drift as the providers report it', async () => {
  await known(server('web-1'), server('web-2'));
  const asked = operator().get('/state/drift?infra=i');
  const [{ body }] = await Promise.all([
    asked.expect(200),
    answer(server('web-2', 'large'), server('web-3')),
  ]);
  expect(body.data).toMatchObject({ in_sync: false, resources_checked: 2 });
  expect(body.data.differences).toMatchObject([
    { drift: 'missing', kind: 'server', infra: 'i', name: 'web-1', actual: null },
    {
      drift: 'changed',
      name: 'web-2',
      reason: 'differs in plan',
      expected: { plan: 'small' },
      actual: { plan: 'large' },
    },
    { drift: 'unmanaged', name: 'web-3', expected: null },
  ]);
  await api.as('nobody-special').get('/state/drift').expect(403);
});

it('previews a restore, and runs it as a durable batch that can be followed', async () => {
  await known(server('web-1'), server('web-2'));
  const id = await checkpoint();
  const { body: details } = await operator().get(`/rollback/checkpoints/${id}`).expect(200);
  expect(details.data).toMatchObject({ infras: ['i'] });
  await known(server('web-1'), server('web-3'));
  await made(server('web-3'));

  const previewing = operator().post(`/rollback/restore/${id}?check_mode=true`);
  const [{ body: preview }] = await Promise.all([
    previewing.expect(200),
    answer(server('web-1', 'large'), server('web-3')),
  ]);
  expect(preview.data).toMatchObject({
    check_mode: true,
    kind: 'restore',
    success: false,
    checkpoint_id: id,
    obstacles: [],
    confirmation: null,
    plan: {
      summary: '3 changes would be made, 0 obstacles',
      changes: [
        { change: 'destroy', name: 'web-3', after: null },
        { change: 'change', name: 'web-1', before: { plan: 'large' }, after: { plan: 'small' } },
        { change: 'create', name: 'web-2', before: null },
      ],
    },
  });

  const restoring = operator().post(`/rollback/restore/${id}`).set('Prefer', 'respond-async');
  const [{ body, headers }] = await Promise.all([
    restoring.expect(200),
    answer(server('web-1'), server('web-3')),
  ]);
  expect(body.data).toContain(`being restored from checkpoint ${id}`);
  const { body: followed } = await operator().get(headers['location']!).expect(200);
  expect(followed.data).toMatchObject({
    kind: 'restore',
    checkpoint_id: id,
    status: 'Running',
    success: false,
  });
  expect(followed.data.operations).toHaveLength(2);

  const again = operator().post(`/rollback/restore/${id}`);
  const [{ body: refused }] = await Promise.all([again.expect(409), answer(server('web-3'))]);
  expect(refused.code).toBe('infra_busy');
});

it('destroys what the platform did not create only with the exact confirmation', async () => {
  await known(server('web-1'));
  const id = await checkpoint();
  const restore = async (query: string, status: number, things: ReturnType<typeof server>[]) => {
    const restoring = operator().post(`/rollback/restore/${id}${query}`).set('Prefer', 'respond-async');
    const [{ body }] = await Promise.all([restoring.expect(status), answer(...things)]);
    return body;
  };
  const there = [server('web-1'), server('by-hand')];
  const preview = await restore('?check_mode=true', 200, there);
  expect(preview.data).toMatchObject({
    obstacles: [
      {
        operation_id: null,
        obstacle: 'not_made_here',
        reason: expect.stringContaining('The server by-hand in i was not made by this platform'),
      },
    ],
    plan: { summary: '1 change would be made, 1 obstacle' },
  });
  const { confirmation } = preview.data;
  const refused = await restore('', 409, there);
  expect(refused).toMatchObject({
    code: 'confirmation_required',
    error: expect.stringContaining('i/server/by-hand'),
    details: [{ path: 'i/server/by-hand' }],
  });
  // Another one has appeared since: it was never shown.
  await restore(`?confirm=${confirmation}`, 409, [...there, server('by-hand-2')]);
  // Confirmed: only the restore before this one, which still runs, blocks it.
  expect(await restore(`?confirm=${confirmation}`, 409, there)).toMatchObject({ code: 'infra_busy' });
});

it('refuses to restore over what does not answer, and keeps what others created', async () => {
  await known(server('web-1'));
  await api.database.raw(
    `insert into resources values ('i', 'server', 'own', 'x', 'script', '{"plan": "p"}', 1, gen_random_uuid(), now(), now())`,
  );
  const id = await checkpoint();
  await api.database('resources').where({ name: 'own' }).delete();
  const previewing = operator().post(`/rollback/restore/${id}?check_mode=true`);
  const [{ body }] = await Promise.all([previewing.expect(200), answer(server('web-1'))]);
  expect(body.data.obstacles).toEqual([
    {
      operation_id: null,
      obstacle: 'cannot_undo',
      reason: 'The server own in i was made by script, which alone can act on it.',
    },
  ]);
});

it('answers 404 for a checkpoint that does not exist', async () => {
  await operator().post('/rollback/restore/0198f000-0000-7000-8000-000000000000').expect(404);
  await api.as('viewer').post('/rollback/restore/0198f000-0000-7000-8000-000000000000').expect(403);
});

it('plans a restore with a survey, and plans it again with another one under the locks', async () => {
  // No worker ends what earlier tests have started.
  await api.database('locks').delete();
  await known(server('web-1'));
  const id = await checkpoint();
  const plan = (confirm?: string) =>
    operator()
      .post('/plans')
      .send({ restore: { checkpoint_id: id, ...(confirm ? { confirm } : {}) } });
  // A server that the platform did not make is destroyed only after a confirmation.
  const [{ body: refused }] = await Promise.all([plan().expect(409), answer(server('web-8'))]);
  expect(refused).toMatchObject({ code: 'confirmation_required' });
  await made(server('web-8'));
  const [{ body }] = await Promise.all([plan().expect(201), answer(server('web-8'))]);
  expect(body.data).toMatchObject({
    kind: 'restore',
    name: `restore of checkpoint ${id}`,
    status: 'Approved',
    changes: [
      { change: 'destroy', name: 'web-8' },
      { change: 'create', name: 'web-1' },
    ],
  });
  const execute = () =>
    operator()
      .post(`/plans/${body.data.id}/execute`)
      .set('Prefer', 'respond-async')
      .send({ digest: body.data.digest });
  const { body: begun } = await execute().expect(200);
  expect(begun.data).toMatchObject({ kind: 'restore', status: 'Pending' });
  // The server was changed by hand since: the answer to the next request says so.
  await answer(server('web-8', 'large'));
  const stale = await waitFor(async () => {
    const reply = await execute();
    return reply.status === 409 && (reply.body as unknown);
  });
  expect(stale).toMatchObject({ code: 'plan_moved', details: [{ path: 'resource server i/web-8' }] });
  const [{ body: next }] = await Promise.all([plan().expect(201), answer(server('web-8', 'large'))]);
  const [{ body: run }] = await Promise.all([
    operator().post(`/plans/${next.data.id}/execute`).send({ digest: next.data.digest }).expect(200),
    answer(server('web-8', 'large')),
  ]);
  const { body: rollback } = await operator().get(`/rollback/${run.data.rollback_id}`).expect(200);
  expect(rollback.data).toMatchObject({ kind: 'restore', checkpoint_id: id, status: 'Running' });
});
