import { rowsOf } from '@provisioning/runtime';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createKeyring, hashApiToken, issueToken, makeApiToken } from '@provisioning/auth-token';
import type { StoredPlan } from '@provisioning/contracts';
import { builtinPolicies } from '@provisioning/policy';
import type { BatchPlan } from '@provisioning/provisioner/host-protocol';
import { digestOfSettings } from '@provisioning/provisioner/plan';
import { waitFor } from '@provisioning/test-kit';
import supertest from 'supertest';
import { v7 as uuidv7 } from 'uuid';
import { answerPlanning, batchIn, planOf } from '../support/planning.js';
import { engineFunctions } from '../support/engine-functions.js';
import { SECRET, testApi, type TestApi } from '../support/test-api.js';

const DOCUMENT = join(import.meta.dirname, '../../../../docs/states/plan.md');
const STATUSES = [
  'Planning',
  'Planned',
  'Approved',
  'Executing',
  'Executed',
  'Failed',
  'Rejected',
  'Expired',
  'Stale',
  'Cancelled',
];

let api: TestApi;
let infras = 0;

beforeAll(async () => {
  api = await testApi();
  api.jobs.start(['plans']);
});
afterAll(() => api.stop());

const operator = () => api.as('operator');

/** Acts as a worker: answers the planning task that is ready in an infra, or fails it. */
const answer = (infra: string, planned: BatchPlan | undefined) =>
  answerPlanning(api.database, infra, planned);

const read = async (id: string): Promise<StoredPlan> =>
  (await operator().get(`/plans/${id}`).expect(200)).body.data as StoredPlan;

async function until(id: string, status: StoredPlan['status']): Promise<StoredPlan> {
  await waitFor(async () => (await read(id)).status === status);
  return read(id);
}

/** A plan that can be executed, in an infra of its own. */
async function approved(): Promise<StoredPlan & { infra: string }> {
  const infra = `infra-${++infras}`;
  const { body } = await operator()
    .post('/plans')
    .send({ batch: batchIn(infra) })
    .expect(201);
  await answer(infra, planOf(infra));
  return { ...(await until(body.data.id as string, 'Approved')), infra };
}

const locksOf = (infra: string) =>
  rowsOf<{ holder_kind: string; holder_id: string }>(
    api.database,
    'select holder_kind, holder_id from locks where infra = ?',
    [infra],
  );

const execute = (id: string, digest: string | null) =>
  operator().post(`/plans/${id}/execute`).send({ digest });

describe('the states of a plan', () => {
  it('are left exactly as the document says', async () => {
    const [, table = ''] = readFileSync(DOCUMENT, 'utf8').split('| from');
    const documented = table
      .split('\n')
      .filter((line) => /^\| [A-Z]/.test(line))
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .map(([, from = '', , to = '']) => `${from} ${to}`);
    const { id } = await approved();
    const possible: string[] = [];
    for (const from of STATUSES)
      for (const to of STATUSES) {
        await api.database.raw(`update plans set status = ?, run_id = gen_random_uuid() where id = ?`, [
          from,
          id,
        ]);
        const [row] = await rowsOf<{ done: boolean }>(
          api.database,
          `select change_plan(?, array[?], ?, '{}', null) as done`,
          [id, from, to],
        );
        const [now] = await rowsOf<{ status: string }>(
          api.database,
          'select status from plans where id = ?',
          [id],
        );
        expect(now?.status).toBe(row?.done ? to : from);
        if (row?.done) possible.push(`${from} ${to}`);
      }
    expect(possible.sort()).toEqual([...new Set(documented)].sort());
  });
});

describe('planning', () => {
  it('returns at once, and shows changes, digest and what is known later when the task has ended', async () => {
    const infra = `infra-${++infras}`;
    const { body, headers } = await operator()
      .post('/plans')
      .send({ batch: batchIn(infra) })
      .expect(201);
    expect(headers['location']).toBe(`/plans/${body.data.id}`);
    expect(body.data).toMatchObject({ status: 'Planning', digest: null, changes: [], infras: [infra] });
    await answer(infra, planOf(infra));
    const plan = await until(body.data.id as string, 'Approved');
    expect(plan).toMatchObject({
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      summary: { create: 1, change: 0, destroy: 0 },
      changes: [{ operation: 'servers', change: 'create', name: 'web-1', before: null }],
      known_after: ['server web-1: address'],
    });
    expect(await locksOf(infra)).toEqual([]);
    const { body: list } = await operator().get(`/plans?infra=${infra}&status=Approved`).expect(200);
    expect(list.data).toMatchObject([{ id: plan.id, digest: plan.digest }]);
  });

  it('fails with the reason of the worker', async () => {
    const infra = `infra-${++infras}`;
    const { body } = await operator()
      .post('/plans')
      .send({ batch: batchIn(infra) })
      .expect(201);
    await answer(infra, undefined);
    expect(await until(body.data.id as string, 'Failed')).toMatchObject({ error: 'it failed', digest: null });
  });

  it('refuses what the batch would refuse, and users who may not plan', async () => {
    const batch = {
      name: 'bad',
      operations: [{ id: 'a', type: 'taskserv_batch', provider: 'local', taskservs: ['nil'] }],
    };
    await operator().post('/plans').send({ batch }).expect(422);
    await api
      .as('viewer')
      .post('/plans')
      .send({ batch: batchIn('infra-x') })
      .expect(403);
    await api.as('nobody-special').get('/plans').expect(403);
    await operator().get(`/plans/${uuidv7()}`).expect(404);
  });

  it('compares a plan with planning again now', async () => {
    const { id, infra, digest } = await approved();
    const [{ body: same }] = await Promise.all([
      operator().get(`/plans/${id}/diff`).expect(200),
      answer(infra, planOf(infra)),
    ]);
    expect(same.data).toEqual({ digest, equal: true, moved: [] });
    const [{ body: other }] = await Promise.all([
      operator().get(`/plans/${id}/diff`).expect(200),
      answer(infra, planOf(infra, 'large')),
    ]);
    expect(other.data).toMatchObject({
      equal: false,
      moved: [
        {
          input: `create server ${infra}/web-1 by servers`,
          before: { wanted: { plan: 'small' } },
          after: { wanted: { plan: 'large' } },
        },
      ],
    });
    expect((await read(id)).status).toBe('Approved');
  });
});

describe('executing', () => {
  it('plans again under the locks, and starts the batch with them', async () => {
    const { id, infra, digest } = await approved();
    const [{ body, headers }] = await Promise.all([
      execute(id, digest).expect(200),
      waitFor(async () => (await locksOf(infra)).some(({ holder_kind: kind }) => kind === 'plan')).then(() =>
        answer(infra, planOf(infra)),
      ),
    ]);
    const { batch_id: batch } = body.data;
    expect(headers['location']).toBe(`/batch/operations/${batch}`);
    expect(body.data).toMatchObject({ status: 'Running', plan_id: id });
    expect(await locksOf(infra)).toEqual([{ holder_kind: 'batch', holder_id: batch }]);
    expect(await read(id)).toMatchObject({ status: 'Executed', batch_id: batch });
    const { body: found } = await operator().get(`/batch/operations/${batch}`).expect(200);
    expect(found.data).toMatchObject({ plan_id: id, name: 'plan-me' });
    // Each operation knows what was approved.
    const [spec] = await rowsOf<{ planned: object[] }>(
      api.database,
      `select s.spec -> 'planned' as planned from task_specs s join tasks t on t.id = s.task_id where t.batch_id = ?`,
      [batch],
    );
    expect(spec?.planned).toMatchObject([
      { change: 'create', kind: 'server', name: 'web-1', wanted: { plan: 'small' } },
    ]);
    const { body: request } = await operator().get(`/batch/operations/${batch}/request`).expect(200);
    expect(request.data.operations[0]).not.toHaveProperty('planned');
  });

  it('releases the locks and names what has moved, if planning again has another digest', async () => {
    const { id, infra, digest } = await approved();
    const [{ body }] = await Promise.all([
      execute(id, digest).expect(409),
      answer(
        infra,
        planOf(infra, 'small', [
          {
            kind: 'server',
            infra,
            name: 'db-1',
            id: 'other',
            driver: 'local',
            attributes: { plan: 'large' },
          },
        ]),
      ),
    ]);
    expect(body).toMatchObject({
      code: 'plan_moved',
      details: [{ path: `resource server ${infra}/db-1`, message: expect.stringContaining('was null') }],
    });
    expect(await locksOf(infra)).toEqual([]);
    expect(await read(id)).toMatchObject({
      status: 'Stale',
      moved: [{ input: `resource server ${infra}/db-1` }],
    });
    await execute(id, digest).expect(409);
  });

  it('makes one run of two executions at once', async () => {
    const { id, infra, digest } = await approved();
    const [one, two] = await Promise.all([
      execute(id, digest).expect(200),
      execute(id, digest).expect(200),
      answer(infra, planOf(infra)),
    ]);
    expect(one.body.data.batch_id).toBe(two.body.data.batch_id);
    const [row] = await rowsOf<{ n: number }>(
      api.database,
      `select count(*)::int as n from batches where ? = any (infras)`,
      [infra],
    );
    expect(row?.n).toBe(1);
  });

  it('waits for the locks of other work, and goes on in any process when it has them', async () => {
    const { id, infra, digest } = await approved();
    const { body: other } = await operator().post('/batch/execute').send(batchIn(infra, 'web-2')).expect(200);
    const { body } = await execute(id, digest).set('Prefer', 'respond-async').expect(200);
    expect(body.data).toMatchObject({ status: 'Pending', operations: [], plan_id: id });
    expect(await read(id)).toMatchObject({ status: 'Executing', batch_id: null });
    await operator().post(`/batch/operations/${other.data.batch_id}/cancel`).expect(200);
    await answer(infra, planOf(infra));
    expect(await until(id, 'Executed')).toMatchObject({ batch_id: body.data.batch_id });
  });

  it('can be repeated after planning again has failed', async () => {
    const { id, infra, digest } = await approved();
    const [{ body }] = await Promise.all([execute(id, digest).expect(503), answer(infra, undefined)]);
    expect(body).toMatchObject({ code: 'planning_failed', error: expect.stringContaining('it failed') });
    expect(await locksOf(infra)).toEqual([]);
    await Promise.all([execute(id, digest).expect(200), answer(infra, planOf(infra))]);
  });

  it('leaves the queue of the locks when it is cancelled', async () => {
    const { id, infra, digest } = await approved();
    await operator().post('/batch/execute').send(batchIn(infra, 'web-2')).expect(200);
    await execute(id, digest).set('Prefer', 'respond-async').expect(200);
    await operator().post(`/plans/${id}/cancel`).expect(200);
    expect(await locksOf(infra)).toMatchObject([{ holder_kind: 'batch' }]);
    expect(await read(id)).toMatchObject({ status: 'Cancelled', error: 'Cancelled by operator.' });
    await operator().post(`/plans/${id}/cancel`).expect(409);
  });

  it('refuses another digest, and a plan whose time is over', async () => {
    const { id, digest } = await approved();
    const { body } = await execute(id, 'sha256:another').expect(409);
    expect(body).toMatchObject({ code: 'digest_mismatch' });
    await api
      .database('plans')
      .where({ id })
      .update({ expires_at: new Date(0) });
    await execute(id, digest).expect(409);
    expect(await until(id, 'Expired')).toMatchObject({ ended_at: expect.any(String) });
  });
});

describe('a workflow', () => {
  /** What a worker reports of it: settings with a file and a library. */
  const planned = (infra: string, library = 'a1', label = 'web'): BatchPlan => {
    const value = {
      infra,
      file: `${infra}/config.ncl`,
      provider: 'local' as const,
      servers: [
        {
          infra,
          name: 'web-1',
          plan: 'small',
          zone: 'a',
          provider: 'local' as const,
          image: null,
          labels: { role: label },
          storage_gb: null,
        },
      ],
      taskservs: [],
      clusters: [],
    };
    const files = [
      { name: `${infra}/config.ncl`, sha256: 'c1' },
      { name: 'library.ncl', sha256: library },
    ];
    return { ...planOf(infra), settings: { value, digest: digestOfSettings(value), files } };
  };

  async function approvedWorkflow() {
    const infra = `infra-${++infras}`;
    const workflow = { kind: 'servers', infra, settings: 'config.ncl' };
    const { body } = await operator().post('/plans').send({ workflow }).expect(201);
    expect(body.data).toMatchObject({ kind: 'workflow', name: 'create_servers', infras: [infra] });
    await answer(infra, planned(infra));
    return { ...(await until(body.data.id as string, 'Approved')), infra };
  }

  it('is planned with its settings, and its task executes exactly those', async () => {
    const { id, infra, digest, settings, changes } = await approvedWorkflow();
    expect(settings).toMatchObject([{ name: `${infra}/config.ncl` }, { name: 'library.ncl' }]);
    expect(changes).toMatchObject([{ operation: 'servers', change: 'create', name: 'web-1' }]);
    const [{ body, headers }] = await Promise.all([
      execute(id, digest).expect(200),
      answer(infra, planned(infra)),
    ]);
    const { task_id: task } = body.data as { task_id: string };
    expect(headers['location']).toBe(`/tasks/${task}`);
    expect(body.data).toMatchObject({ kind: 'workflow', status: 'Running', plan_id: id });
    expect(await locksOf(infra)).toEqual([{ holder_kind: 'task', holder_id: task }]);
    expect(await read(id)).toMatchObject({ status: 'Executed', task_id: task, batch_id: null });
    const { body: found } = await operator().get(`/tasks/${task}`).expect(200);
    expect(found.data).toMatchObject({ plan_id: id, kind: 'workflow', name: 'create_servers', infra });
    const may = {
      settings: { servers: [{ name: 'web-1' }] },
      planned: [{ change: 'create', name: 'web-1' }],
    };
    const specOf = (of: string) => api.database('task_specs').where({ task_id: of }).first('spec');
    expect(await specOf(task)).toMatchObject({ spec: may });
    // A retry is bound to the same settings and changes, and is not the run of the plan.
    const engine = engineFunctions(api.database);
    const worker = await engine.register();
    await engine.finish(task, (await engine.claim(task, worker))!, worker, 'Failed', { permanent: true });
    const { body: retried } = await operator().post(`/tasks/${task}/retry`).expect(200);
    expect(await specOf(retried.data as string)).toMatchObject({ spec: may });
    const { body: again } = await operator().get(`/tasks/${retried.data}`).expect(200);
    expect(again.data).toMatchObject({ plan_id: null, retry_of: task });
  });

  it('is stale once a file that its settings import has changed', async () => {
    const { id, infra, digest } = await approvedWorkflow();
    const [{ body }] = await Promise.all([
      execute(id, digest).expect(409),
      answer(infra, planned(infra, 'a2')),
    ]);
    expect(body).toMatchObject({ code: 'plan_moved', details: [{ path: 'settings library.ncl' }] });
    expect(await locksOf(infra)).toEqual([]);
  });

  it('cannot be planned where its settings contain a secret, which is masked in reports', async () => {
    const infra = `infra-${++infras}`;
    const workflow = { kind: 'servers', infra, settings: 'config.ncl' };
    const { body } = await operator().post('/plans').send({ workflow }).expect(201);
    const masked = planned(infra, 'a1', '***');
    await answer(infra, {
      ...masked,
      settings: { ...masked.settings!, digest: planned(infra).settings!.digest },
    });
    expect(await until(body.data.id as string, 'Failed')).toMatchObject({
      error: expect.stringContaining('contain a secret'),
    });
  });

  it('names what a request lacks, or has too much', async () => {
    const infra = 'infra-x';
    const refused = async (body: object) => (await operator().post('/plans').send(body).expect(422)).body;
    const settings = 'config.ncl';
    expect(await refused({ workflow: { kind: 'taskserv', infra, settings } })).toMatchObject({
      details: [{ path: 'workflow.taskserv' }],
    });
    expect(
      await refused({ workflow: { kind: 'servers', infra, settings, cluster_type: 'x' } }),
    ).toMatchObject({ details: [{ path: 'workflow.cluster_type' }] });
    await refused({});
    await refused({ batch: batchIn(infra), workflow: { kind: 'servers', infra, settings } });
    await operator()
      .post('/plans')
      .send({ workflow: { kind: 'taskserv', infra, settings, taskserv: 'nil' } })
      .expect(422);
    await api
      .as('viewer')
      .post('/plans')
      .send({ workflow: { kind: 'servers', infra, settings } })
      .expect(403);
  });
});

describe('decisions', () => {
  const decide = (as: ReturnType<TestApi['as']>, id: string, digest: string | null, decision: string) =>
    as.post(`/plans/${id}/approvals`).send({ digest, decision, comment: 'because' });

  it('are recorded for the digest that was shown, and a rejection ends the plan', async () => {
    const { id, digest } = await approved();
    await decide(api.as('operator'), id, digest, 'approve').expect(403);
    const { body: other } = await decide(api.as('admin'), id, 'sha256:another', 'approve').expect(409);
    expect(other).toMatchObject({ code: 'digest_mismatch' });
    const { body } = await decide(api.as('admin'), id, digest, 'reject').expect(200);
    expect(body.data).toMatchObject({
      status: 'Rejected',
      decisions: [{ user: 'admin', decision: 'reject', comment: 'because' }],
    });
    await decide(api.as('admin'), id, digest, 'approve').expect(409);
    await execute(id, digest).expect(409);
  });

  describe('that the policies require', () => {
    const person = (id: string, name: string, ...roles: string[]) => {
      api.access.known.set(id, { username: name, roles });
      const subject = { userId: id, username: name, roles, sessionId: uuidv7() };
      return supertest
        .agent(api.app)
        .set('Authorization', `Bearer ${issueToken(createKeyring([SECRET]), subject, 600).token}`);
    };
    const ids = { sam: uuidv7(), ada: uuidv7(), lea: uuidv7() };

    /** A plan of sam in an infra that needs the approval of a lead who is not the submitter. */
    async function guarded() {
      const infra = `guarded-${++infras}`;
      const approvers = { name: 'approvers', version: '1.0.0' };
      const allow = { effect: 'Allow' as const, condition: "user.role == 'lead'" };
      api.access.change([
        ...builtinPolicies,
        {
          ...approvers,
          rules: [
            { ...allow, resource: 'plans:*', action: ['read', 'approve'] },
            { ...allow, resource: 'servers:*', action: ['read'] },
            {
              effect: 'RequireApproval',
              resource: `servers:${infra}`,
              action: ['create'],
              approval: { count: 1, roles: ['lead'], distinct_from: ['submitter'] },
            },
          ],
        },
      ]);
      await api.look();
      const sam = person(ids.sam, 'sam', 'operator', 'lead');
      const ada = person(ids.ada, 'ada', 'lead');
      const { body } = await sam
        .post('/plans')
        .send({ batch: batchIn(infra) })
        .expect(201);
      await answer(infra, planOf(infra));
      const plan = await until(body.data.id as string, 'Planned');
      return { ...plan, infra, sam, ada };
    }

    it('are asked of others than the submitter, and are the only way to the batch', async () => {
      const { id, infra, digest, sam, ada } = await guarded();
      const run = () => sam.post(`/plans/${id}/execute`).send({ digest });
      // An equal batch without the plan, and the plan without approval.
      const { body: direct } = await sam.post('/batch/execute').send(batchIn(infra)).expect(403);
      expect(direct).toMatchObject({ code: 'approval_required' });
      const workflow = { infra, settings: 'config.ncl' };
      const { body: command } = await sam.post('/workflows/servers/create').send(workflow).expect(403);
      expect(command).toMatchObject({
        code: 'approval_required',
        error: expect.stringContaining('POST /plans'),
      });
      expect((await run().expect(403)).body).toMatchObject({
        code: 'approval_required',
        approvals: [{ policy: 'approvers', count: 1, roles: ['lead'] }],
      });
      // The submitter does not count, in no session, and is not asked.
      const waiting = async (as: typeof sam) =>
        ((await as.get('/plans?waiting_for_me=true').expect(200)).body.data as { id: string }[]).map(
          (one) => one.id,
        );
      expect(await waiting(ada)).toContain(id);
      expect(await waiting(sam)).not.toContain(id);
      expect((await decide(sam, id, digest, 'approve').expect(200)).body.data).toMatchObject({
        status: 'Planned',
        requirements: [{ fulfilled: false, fulfilled_by: [] }],
      });
      await run().expect(403);
      expect((await decide(ada, id, digest, 'approve').expect(200)).body.data).toMatchObject({
        status: 'Approved',
        requirements: [{ fulfilled: true, fulfilled_by: ['ada'] }],
      });
      expect(await waiting(ada)).not.toContain(id);
      // Taken back, and given again.
      expect((await ada.delete(`/plans/${id}/approvals`).expect(200)).body.data).toMatchObject({
        status: 'Planned',
      });
      await run().expect(403);
      await decide(ada, id, digest, 'approve').expect(200);
      // An approver who is no lead any more does not count.
      api.access.known.set(ids.ada, { username: 'ada', roles: ['viewer'] });
      await run().expect(403);
      api.access.known.set(ids.ada, { username: 'ada', roles: ['lead'] });
      await Promise.all([run().expect(200), answer(infra, planOf(infra))]);
      await until(id, 'Executed');
    });

    it('are counted again when a wait for the locks has ended', async () => {
      const { id, infra, digest, sam, ada } = await guarded();
      await decide(ada, id, digest, 'approve').expect(200);
      const run = () => sam.post(`/plans/${id}/execute`).send({ digest });
      await rowsOf(api.database, `select request_locks(array[?], ?, 'batch')`, [infra, uuidv7()]);
      await run().set('Prefer', 'respond-async').expect(200);
      api.access.known.set(ids.ada, { username: 'ada', roles: ['viewer'] });
      await rowsOf(
        api.database,
        `select release_locks(array(select holder_id from locks where infra = ? and holder_kind = 'batch'))`,
        [infra],
      );
      await answer(infra, planOf(infra));
      expect(await until(id, 'Planned')).toMatchObject({
        batch_id: null,
        error: expect.stringContaining('no longer counts. Missing for rule 2 of approvers.'),
      });
      expect(await locksOf(infra)).toEqual([]);
      // With the role, the same approval counts; then the executor loses the right while the plan is planned again.
      api.access.known.set(ids.ada, { username: 'ada', roles: ['lead'] });
      const losing = waitFor(async () => (await locksOf(infra)).length > 0).then(() => {
        api.access.known.set(ids.sam, { username: 'sam', roles: ['viewer'] });
        return answer(infra, planOf(infra));
      });
      const [{ body }] = await Promise.all([run().expect(409), losing]);
      expect(body).toMatchObject({ code: 'plan_not_open' });
      expect(await read(id)).toMatchObject({ status: 'Cancelled', error: 'sam may no longer execute it.' });
      expect(await locksOf(infra)).toEqual([]);
    });

    it('are never given by an API token, nor for another digest', async () => {
      const { id, digest, ada } = await guarded();
      const token = makeApiToken();
      const user = { id: ids.lea, username: 'lea', email: 'lea@example.com', roles: ['lead'], enabled: true };
      const expires_at = new Date(Date.now() + 600_000).toISOString();
      api.access.tokens.set(hashApiToken(token), { id: uuidv7(), user, roles: ['lead'], expires_at });
      const bot = supertest.agent(api.app).set('Authorization', `Bearer ${token}`);
      const { body } = await decide(bot, id, digest, 'approve');
      expect(body).toMatchObject({ code: 'session_required' });
      const other = await guarded();
      await decide(ada, id, other.digest, 'approve').expect(409);
      expect((await read(id)).status).toBe('Planned');
    });
  });
});
