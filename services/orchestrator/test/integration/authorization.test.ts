import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { builtinPolicies, type PolicyRule } from '@provisioning/policy';
import { waitFor } from '@provisioning/test-kit';
import { engineFunctions, RECORD_CHANGES } from '../support/engine-functions.js';
import { testApi, type TestApi } from '../support/test-api.js';

let api: TestApi;
let production: Work;
let staging: Work;
/** A checkpoint of both infras. */
let checkpoint: string;

interface Work {
  infra: string;
  /** A failed workflow that made a server. */
  failed: string;
  /** A workflow that waits for it. */
  open: string;
  /** A cancelled batch. */
  batch: string;
}

beforeAll(async () => {
  api = await testApi({ BATCH_COMMANDS: 'true=/bin/true' });
  const { body } = await api.as('operator').post('/rollback/checkpoints').send({ name: 'empty' }).expect(201);
  checkpoint = body.data as string;
  production = await workIn('production');
  staging = await workIn('staging');
});
afterAll(() => api.stop());
afterEach(() => enforce());

const operator = () => api.as('operator');
/** An operator to whom the rules of the test apply. */
const limited = () => api.as('operator', 'limited');

/** Puts these rules in force in addition to the built-in policies, for the role `limited`. */
async function enforce(...rules: (Omit<PolicyRule, 'condition'> & { condition?: string })[]): Promise<void> {
  const bound = rules.map((rule) => ({
    ...rule,
    condition: `user.role == 'limited'${rule.condition ? ` && (${rule.condition})` : ''}`,
  }));
  api.access.change([
    ...builtinPolicies,
    ...(bound.length > 0 ? [{ name: 'test', version: '1', rules: bound }] : []),
  ]);
  await api.look();
}
const deny = (resource: string, action = ['*'], condition?: string) =>
  enforce({ effect: 'Deny', resource, action, ...(condition ? { condition } : {}) });

function batchOf(infra: string, name = 'nightly') {
  const servers = [{ name: 'web-01', plan: 'small', zone: 'de-fra1' }];
  return {
    name,
    operations: [
      { id: 'servers', type: 'server_batch', provider: 'local', infra, server_configs: servers },
      {
        id: 'redis',
        type: 'taskserv_batch',
        provider: 'local',
        infra,
        taskservs: ['redis'],
        dependencies: ['servers'],
      },
      {
        id: 'kit',
        type: 'cluster_batch',
        provider: 'local',
        infra,
        cluster_type: 'buildkit',
        dependencies: ['redis'],
      },
      { id: 'check', type: 'command_batch', infra, commands: ['true'], dependencies: ['kit'] },
    ],
  };
}

async function workIn(infra: string): Promise<Work> {
  const submit = async () =>
    (await operator().post('/workflows/servers/create').send({ infra, settings: 'config.ncl' }).expect(200))
      .body.data as string;
  const failed = await submit();
  const engine = engineFunctions(api.database);
  const worker = await engine.register();
  const attempt = (await engine.claim(failed, worker))!;
  const entry = {
    state: 'done',
    change: 'create',
    infra,
    kind: 'server',
    name: 'web-01',
    provider: 'local',
    driver: 'local',
    before: null,
    after: { id: `id-${infra}`, name: 'web-01', plan: 'small' },
  };
  await api.database.raw(RECORD_CHANGES, [failed, attempt, worker, JSON.stringify([entry])]);
  await engine.finish(failed, attempt, worker, 'Failed');
  const { body } = await operator().post('/batch/execute').send(batchOf(infra)).expect(200);
  const batch = body.data.batch_id as string;
  await operator().post(`/batch/operations/${batch}/cancel`).expect(200);
  // The infra is locked, so that what is submitted now waits.
  await submit();
  return { infra, failed, open: await submit(), batch };
}

type Call = [method: 'get' | 'post', path: (work: Work) => string, body?: (work: Work) => object];

/** Everything that changes an infra, or reads a part of it by id. */
const CHANGES: Record<string, Call> = {
  'a workflow': [
    'post',
    () => '/workflows/servers/create',
    ({ infra }) => ({ infra, settings: 'config.ncl' }),
  ],
  'a batch': ['post', () => '/batch/execute', ({ infra }) => batchOf(infra)],
  'retrying a task': ['post', ({ failed }) => `/tasks/${failed}/retry`],
  'resuming a batch': ['post', ({ batch }) => `/batch/operations/${batch}/resume?check_mode=true`],
  'cancelling a task': ['post', ({ open }) => `/tasks/${open}/cancel`],
  'rolling back operations': [
    'post',
    () => '/rollback/execute?check_mode=true',
    ({ failed }) => ({ operation_ids: [failed] }),
  ],
};
const READS: Record<string, Call> = {
  'a task': ['get', ({ failed }) => `/tasks/${failed}`],
  'its log': ['get', ({ failed }) => `/tasks/${failed}/logs`],
  'its progress': ['get', ({ failed }) => `/state/workflows/${failed}/progress`],
  'its snapshots': ['get', ({ failed }) => `/state/workflows/${failed}/snapshots`],
  'a batch': ['get', ({ batch }) => `/batch/operations/${batch}`],
  'progress of a batch': ['get', ({ batch }) => `/state/workflows/${batch}/progress`],
  'snapshots of a batch': ['get', ({ batch }) => `/state/workflows/${batch}/snapshots`],
  'the drift of an infra': ['get', ({ infra }) => `/state/drift?infra=${infra}`],
};

function send(as: ReturnType<typeof limited>, [method, path, body]: Call, work: Work) {
  const request = as[method](path(work));
  return body ? request.send(body(work)) : request;
}

describe('a Deny on the servers of an infra', () => {
  it.each(Object.entries({ ...CHANGES, ...READS }))(
    'denies %s there, and nothing elsewhere',
    async (name, call) => {
      await deny('servers:prod*');
      const { body } = await send(limited(), call, production).expect(403);
      expect(body).toMatchObject({ code: 'forbidden', decision_id: expect.any(String) });
      expect(body.error).toContain('servers:production');
      // Drift needs a worker, which this test does not have.
      if (name === 'the drift of an infra') return;
      const { status } = await send(limited(), call, staging);
      expect(status).toBe(200);
    },
  );

  it('stores nothing of a batch that touches it besides another infra, and names every refusal', async () => {
    await enforce(
      { effect: 'Deny', resource: 'servers:prod*', action: ['create'] },
      { effect: 'Deny', resource: 'clusters:staging/*', action: ['create'] },
    );
    const count = async () => Number((await api.database('batches').count({ n: '*' }))[0]!['n']);
    const before = await count();
    const operations = [
      ...batchOf('production').operations.slice(0, 1),
      { ...batchOf('staging').operations[2]!, dependencies: [] },
    ];
    const { body } = await limited().post('/batch/execute').send({ name: 'mixed', operations }).expect(403);
    expect(body.details.map(({ path }: { path: string }) => path).sort()).toEqual([
      'clusters:staging/buildkit',
      'servers:production',
    ]);
    expect(await count()).toBe(before);
  });

  it('denies checkpoints of everything: creating, reading and restoring', async () => {
    await deny('servers:prod*');
    await limited().post('/rollback/checkpoints').send({ name: 'all' }).expect(403);
    await limited()
      .post('/rollback/checkpoints')
      .send({ name: 'some', infras: ['production'] })
      .expect(403);
    const { body } = await limited()
      .post('/rollback/checkpoints')
      .send({ name: 'staging', infras: ['staging'] })
      .expect(201);
    await limited().get(`/rollback/checkpoints/${body.data}`).expect(200);
    await limited().post(`/rollback/execute?check_mode=true`).send({ checkpoint_id: body.data }).expect(200);
    // Rolling back to the time before both infras would undo what was done in production.
    await limited().post('/rollback/execute').send({ checkpoint_id: checkpoint }).expect(403);
    const { body: all } = await operator().post('/rollback/checkpoints').send({ name: 'all' }).expect(201);
    await limited().get(`/rollback/checkpoints/${all.data}`).expect(403);
    await limited().post(`/rollback/restore/${all.data}`).expect(403);
    const { body: list } = await limited().get('/rollback/checkpoints').expect(200);
    expect(list.data.map(({ name }: { name: string }) => name)).toEqual(['staging', 'empty']);
  });

  it.each([
    ['/tasks', 'id'],
    ['/batch/operations', 'batch_id'],
    ['/state/inventory', 'infra'],
    ['/state/journal', 'infra'],
  ])('removes it from %s and its count', async (path, member) => {
    const read = async (as: ReturnType<typeof limited>) => {
      const { body, headers } = await as.get(`${path}?limit=100`).expect(200);
      return {
        found: (body.data as Record<string, unknown>[]).map((row) => JSON.stringify(row[member])),
        total: Number(headers['x-total-count']),
      };
    };
    const all = await read(operator());
    await deny('servers:prod*');
    const seen = await read(limited());
    const hidden = all.found.filter((row) => !seen.found.includes(row));
    expect(hidden.length).toBeGreaterThan(0);
    expect(seen.found.length).toBeGreaterThan(0);
    expect(seen.total).toBe(seen.found.length);
    for (const id of member === 'infra' ? [] : hidden) {
      const uuid = JSON.parse(id) as string;
      await limited().get(`${path}/${uuid}`).expect(403);
    }
  });

  it('removes it from the events', async () => {
    const about = async (as: ReturnType<typeof limited>) => {
      // 503 while a transaction that may still add an event takes long.
      const body = await waitFor(async () => {
        const answer = await as.get('/events');
        return answer.status === 200 ? answer.body : undefined;
      });
      const infras = (body.data as { data: { infra?: string; infras?: string[] } }[]).flatMap(
        ({ data: { infra, infras = [] } }) => [...(infra === undefined ? [] : [infra]), ...infras],
      );
      return new Set(infras);
    };
    expect([...(await about(operator()))]).toEqual(expect.arrayContaining(['production', 'staging']));
    await deny('servers:prod*');
    const seen = await about(limited());
    expect(seen).toContain('staging');
    expect(seen).not.toContain('production');
  });

  it('removes it from the counts of the platform', async () => {
    const total = async (as: ReturnType<typeof limited>, path: string) =>
      (await as.get(path).expect(200)).body.data.total_workflows as number;
    await deny('servers:prod*');
    for (const path of ['/state/system/metrics', '/state/statistics'])
      expect(await total(limited(), path)).toBeLessThan(await total(operator(), path));
  });
});

describe('a RequireApproval on the servers of an infra', () => {
  const approval = { count: 2, roles: ['lead'], distinct_from: ['submitter' as const] };
  const requireApproval = (resource: string, condition?: string) =>
    enforce({
      effect: 'RequireApproval',
      resource,
      action: ['*'],
      approval,
      ...(condition === undefined ? {} : { condition }),
    });
  /** Everything that carries a change, without check mode. */
  const CARRIERS: Record<string, Call> = {
    'a workflow': CHANGES['a workflow']!,
    'a batch': CHANGES['a batch']!,
    'retrying a task': CHANGES['retrying a task']!,
    'resuming a batch': ['post', ({ batch }) => `/batch/operations/${batch}/resume`],
    'rolling back operations': [
      'post',
      () => '/rollback/execute',
      ({ failed }) => ({ operation_ids: [failed] }),
    ],
  };

  it.each(Object.entries(CARRIERS))(
    'refuses %s without an approved plan, and stores nothing',
    async (_name, call) => {
      await requireApproval('servers:prod*');
      const count = async () =>
        Number((await api.database('tasks').count({ n: '*' }))[0]!['n']) +
        Number((await api.database('batches').count({ n: '*' }))[0]!['n']);
      const before = await count();
      const { body } = await send(limited(), call, production).expect(403);
      expect(body).toMatchObject({
        code: 'approval_required',
        decision_id: expect.any(String),
        approvals: [
          {
            policy: 'test',
            rule: 0,
            count: 2,
            roles: ['lead'],
            distinct_from: ['submitter'],
            expires_in: null,
          },
        ],
      });
      expect(body.error).toContain('POST /plans');
      expect(await count()).toBe(before);
      const decision = await waitFor(() => api.access.decisions.find(({ id }) => id === body.decision_id));
      expect(decision?.decision).toBe('NEEDS_APPROVAL');
    },
  );

  it.each(Object.entries(READS).filter(([name]) => name !== 'the drift of an infra'))(
    'leaves reading %s alone',
    async (_name, call) => {
      await requireApproval('servers:prod*');
      await send(limited(), call, production).expect(200);
      await limited().get(`/batch/operations/${production.batch}/request`).expect(200);
    },
  );

  it('leaves check mode alone, and other infras', async () => {
    await requireApproval('servers:prod*');
    const workflow = { infra: 'production', settings: 'config.ncl', check_mode: true };
    await limited().post('/workflows/servers/create').send(workflow).expect(200);
    await limited().post('/batch/execute').send(batchOf('elsewhere')).expect(200);
  });

  it('cannot be evaded with a plan in the request, or by a Deny that is named first', async () => {
    await requireApproval('servers:prod*', 'context.plan.destroys > 0');
    const forged = { ...batchOf('production'), plan: { creates: 0, changes: 0, destroys: 0, providers: [] } };
    await limited().post('/batch/execute').send(forged).expect(422);
    const { body } = await limited().post('/batch/execute').send(batchOf('production')).expect(403);
    expect(body.code).toBe('approval_required');
    await enforce(
      { effect: 'RequireApproval', resource: 'servers:prod*', action: ['*'], approval },
      { effect: 'Deny', resource: 'clusters:production/*', action: ['create'] },
    );
    const denied = await limited().post('/batch/execute').send(batchOf('production')).expect(403);
    expect(denied.body).toMatchObject({ code: 'forbidden' });
    expect(denied.body.approvals).toBeUndefined();
  });
});

describe('a Deny on', () => {
  it.each([
    ['taskservs:production/redis', ['create']],
    ['clusters:production/*', ['create']],
    ['commands:production/true', ['execute']],
    ['batches:nightly', ['execute']],
  ])('%s denies a batch that does it', async (resource, actions) => {
    await deny(resource, actions);
    const { body } = await limited().post('/batch/execute').send(batchOf('production')).expect(403);
    expect(body.error).toContain(resource.replace('*', 'buildkit'));
    // Regardless of who changed it, the batch stays readable where reading is allowed.
    await limited().get(`/batch/operations/${production.batch}`).expect(200);
  });

  it('everything in an infra denies task services, clusters and commands there', async () => {
    const [, redis, kit, check] = batchOf('production').operations;
    const alone = (operation: object) =>
      limited()
        .post('/batch/execute')
        .send({ name: 'alone', operations: [{ ...operation, dependencies: [] }] });
    await deny('servers:prod*');
    for (const operation of [redis!, kit!, check!]) await alone(operation).expect(403);
    const service = { operation: 'delete', taskserv: 'redis', infra: 'production', settings: 'config.ncl' };
    await limited().post('/workflows/taskserv/create').send(service).expect(403);
    // A user who must not create servers may change what is on them.
    await deny('servers:prod*', ['create', 'delete']);
    for (const operation of [redis!, kit!, check!]) await alone(operation).expect(200);
  });

  it.each([
    ['create', 'delete'],
    ['delete', 'create'],
  ])('%s of servers denies only that operation, including its plan', async (denied, allowed) => {
    await deny('servers:production', [denied]);
    for (const checkMode of [true, false]) {
      const send = (operation: string) =>
        limited()
          .post('/workflows/servers/create')
          .send({ operation, infra: 'production', settings: 'config.ncl', check_mode: checkMode });
      const { body } = await send(denied).expect(403);
      expect(body.error).toContain('servers:production');
      await send(allowed).expect(200);
    }
  });

  it('a batch applies to its operations by their ids', async () => {
    const { body } = await operator().get(`/batch/operations/${production.batch}`).expect(200);
    const { task_id: id } = body.data.operations[0] as { task_id: string };
    await deny('batches:nightly');
    for (const path of [`/tasks/${id}`, `/tasks/${id}/logs`, `/state/workflows/${id}/progress`])
      await limited().get(path).expect(403);
    await limited().post(`/tasks/${id}/cancel`).expect(403);
  });

  it('an infra applies to what the previous release stored without a scope', async () => {
    const [task] = await api.database('tasks').where({ id: production.failed }).select('scope_id');
    const [batch] = await api.database('batches').where({ id: production.batch }).select('scope_id');
    try {
      await api.database('tasks').where({ id: production.failed }).update({ scope_id: null });
      await api.database('batches').where({ id: production.batch }).update({ scope_id: null });
      await limited().get(`/tasks/${production.failed}`).expect(200);
      await deny('servers:prod*');
      await limited().get(`/tasks/${production.failed}`).expect(403);
      await limited().get(`/batch/operations/${production.batch}`).expect(403);
      await deny('clusters:production/*', ['create']);
      await limited().post(`/batch/operations/${production.batch}/resume?check_mode=true`).expect(403);
    } finally {
      await api.database('tasks').where({ id: production.failed }).update(task);
      await api.database('batches').where({ id: production.batch }).update(batch);
    }
  });

  it('a batch by its id applies like one by its name', async () => {
    await deny(`batches:${production.batch}`, ['read']);
    await limited().get(`/batch/operations/${production.batch}`).expect(403);
    await limited().get(`/batch/operations/${staging.batch}`).expect(200);
    const { body } = await limited().get('/batch/operations').expect(200);
    const ids = body.data.map(({ batch_id: id }: { batch_id: string }) => id);
    expect(ids).toContain(staging.batch);
    expect(ids).not.toContain(production.batch);
  });

  it('cancelling in an infra applies on its own', async () => {
    await deny('servers:prod*', ['cancel']);
    await limited().post(`/tasks/${production.open}/cancel`).expect(403);
    await limited().get(`/tasks/${production.open}`).expect(200);
  });

  it('a task service hides the tasks and batches that touch it', async () => {
    await deny('taskservs:production/*', ['read']);
    const listed = async (as: ReturnType<typeof limited>) =>
      (await as.get('/tasks?limit=100').expect(200)).body.data as { id: string; name: string }[];
    const seen = new Set((await listed(limited())).map(({ id }) => id));
    const hidden = (await listed(operator())).filter(({ id }) => !seen.has(id));
    expect(hidden.length).toBeGreaterThan(0);
    for (const { id, name } of hidden) {
      const { body } = await operator().get(`/tasks/${id}`).expect(200);
      expect([name, body.data.infra]).toEqual(['redis', 'production']);
    }
    const { body: batches } = await limited().get('/batch/operations').expect(200);
    const ids = batches.data.map(({ batch_id: id }: { batch_id: string }) => id);
    expect(ids).not.toContain(production.batch);
  });

  it('tasks of other owners keeps the user’s own', async () => {
    await deny('tasks:*', ['read'], 'context.owner != user.id');
    const { body } = await limited().get('/tasks').expect(200);
    expect(body.data).toEqual([]);
    await limited().get(`/tasks/${staging.failed}`).expect(403);
  });
});

it('refuses a batch with more questions than can be evaluated', async () => {
  const operations = Array.from({ length: 2_001 }, (_, index) => ({
    id: `c${index}`,
    type: 'command_batch',
    infra: `infra-${index}`,
    commands: ['true'],
  }));
  const { body } = await operator().post('/batch/execute').send({ name: 'wide', operations }).expect(422);
  expect(body.error).toContain('must have at most 2000 different acts, and have 2001');
});

it('evaluates a rollback and a checkpoint in each infra that they affect', async () => {
  const inProduction = "context.infra == 'production'";
  await enforce(
    { effect: 'Deny', resource: 'rollbacks:*', action: ['execute'], condition: inProduction },
    { effect: 'Deny', resource: 'checkpoints:*', action: ['create'], condition: inProduction },
  );
  const undo = (work: Work) =>
    limited()
      .post('/rollback/execute?check_mode=true')
      .send({ operation_ids: [work.failed] });
  await undo(production).expect(403);
  await undo(staging).expect(200);
  const keep = (infra: string) =>
    limited()
      .post('/rollback/checkpoints')
      .send({ name: 'x', infras: [infra] });
  await keep('production').expect(403);
  await keep('staging').expect(201);
});

describe('the context of a condition', () => {
  const fromStaging = { effect: 'Deny' as const, resource: '*', action: ['*'] };

  it('does not contain the query of the request', async () => {
    await enforce({ ...fromStaging, condition: "!has(context.infra) || context.infra != 'staging'" });
    const forged = [
      () => limited().post('/batch/execute?infra=staging').send(batchOf('production')),
      () => limited().get(`/tasks/${production.failed}?infra=staging`),
      () => limited().post('/rollback/checkpoints?infra=staging').send({ name: 'x' }),
      () => limited().post(`/tasks/${production.failed}/retry?infra=staging`),
    ];
    for (const request of forged) {
      const { status } = await request();
      expect([400, 403]).toContain(status);
    }
    await limited().get(`/tasks/${staging.failed}`).expect(200);
  });

  it('has the infra, provider and kind of each resource that a batch touches', async () => {
    await enforce({
      effect: 'Deny',
      resource: 'taskservs:*',
      action: ['create'],
      condition:
        "context.infra == 'production' && context.provider == 'local' && context.taskserv == 'redis'",
    });
    await limited().post('/batch/execute').send(batchOf('production')).expect(403);
    await limited().post('/batch/execute').send(batchOf('elsewhere')).expect(200);
  });

  it('has the provider of each server on which task services are installed', async () => {
    const redis = { type: 'taskserv_batch', infra: 'production', taskservs: ['redis'] };
    const plan = { name: 'web-09', plan: 'small', zone: 'de-fra1' };
    const machines = { id: 'machines', type: 'server_batch', infra: 'production', server_configs: [plan] };
    const submit = (...operations: object[]) =>
      limited().post('/batch/execute').send({ name: 'landing', operations });
    const depending = { ...redis, id: 'redis', provider: 'local', dependencies: ['machines'] };
    const naming = { ...redis, id: 'redis', provider: 'noop', servers: ['web-01'] };
    const namingBoth = { ...depending, servers: ['web-09'] };
    await deny('taskservs:*', ['create'], "context.provider == 'noop'");
    await submit({ ...machines, provider: 'noop' }, depending).expect(403);
    await submit({ ...machines, provider: 'noop' }, namingBoth).expect(403);
    await submit({ ...machines, provider: 'local' }, depending).expect(200);
    // The inventory.
    await deny('taskservs:*', ['create'], "context.provider == 'local'");
    await submit(naming).expect(403);
    // Allowed, and then refused: this installation has no such provider.
    await submit({ ...naming, servers: ['web-02'] }).expect(422);
  });
});

it('is complete when waiting work is reviewed', async () => {
  const infra = 'reviewed';
  await operator().post('/workflows/servers/create').send({ infra, settings: 'config.ncl' }).expect(200);
  const { body } = await limited().post('/batch/execute').send(batchOf(infra)).expect(200);
  const stored = await api.database('batches').where({ id: body.data.batch_id }).first('granted_on');
  expect(stored.granted_on).toMatchObject({
    action: 'execute',
    resource: 'batches:nightly',
    also: expect.arrayContaining([
      expect.objectContaining({ action: 'create', resource: `servers:${infra}` }),
    ]),
  });
});
