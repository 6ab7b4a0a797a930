import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { executeBatch } from '@provisioning/contracts';
import { compareWithRetentionList } from '@provisioning/test-kit';
import { engineFunctions } from '../support/engine-functions.js';
import { testApi, type TestApi } from '../support/test-api.js';

let api: TestApi;

beforeAll(async () => {
  api = await testApi({ BATCH_COMMANDS: 'deploy=/usr/bin/deploy', RATE_LIMIT_BATCH: '0' });
});
afterAll(() => api.stop());

const operator = () => api.as('operator');
const command = (id: string, more: object = {}) => ({
  id,
  type: 'command_batch',
  commands: ['deploy a b'],
  ...more,
});

async function submitted(body: object): Promise<string> {
  const { body: answer } = await operator()
    .post('/batch/execute')
    .send({ name: 'test', ...body })
    .expect(200);
  return answer.data.batch_id as string;
}

describe('POST /batch/execute', () => {
  it('accepts the document’s body and answers as documented', async () => {
    const { body, headers } = await operator()
      .post('/batch/execute')
      .send(executeBatch.example as object)
      .expect(200);
    expect(body).toEqual({
      success: true,
      data: {
        batch_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        status: 'Running',
        operations: [
          { id: 'upcloud_servers', status: 'Pending', progress: 0, task_id: expect.any(String) },
          { id: 'aws_taskservs', status: 'Pending', progress: 0, task_id: expect.any(String) },
        ],
      },
    });
    expect(headers['location']).toBe(`/batch/operations/${body.data.batch_id}`);
    const { body: found } = await operator().get(headers['location']!).expect(200);
    expect(found.data).toMatchObject({
      name: 'multi_cloud_deployment',
      version: '1.0.0',
      storage_backend: 'surrealdb',
      parallel_limit: 5,
      rollback_enabled: true,
      on_failure: 'continue',
      infras: ['default'],
      progress: 0,
    });
    expect(found.data.operations[1]).toMatchObject({
      id: 'aws_taskservs',
      provider: 'aws',
      dependencies: ['upcloud_servers'],
      results: null,
      waiting_for: { reason: 'dependency', operations: ['upcloud_servers'] },
    });
    const { body: task } = await operator().get(`/tasks/${found.data.operations[1].task_id}`).expect(200);
    expect(task.data).toMatchObject({
      kind: 'batch_operation',
      name: 'aws_taskservs',
      status: 'Pending',
      batch_id: body.data.batch_id,
      operation: 'aws_taskservs',
      dependencies: [found.data.operations[0].task_id],
    });
    await operator().post(`/batch/operations/${body.data.batch_id}/cancel`).expect(200);
  });

  it('answers a repeated request as at first, regardless of the progress of the batch', async () => {
    const by = operator();
    const send = async (key: string) => {
      const operations = [
        command('a', { infra: 'again' }),
        command('b', { infra: 'again', dependencies: ['a'] }),
      ];
      const request = by.post('/batch/execute').set('Idempotency-Key', key);
      const { body } = await request.send({ name: 'again', operations }).expect(200);
      return body as { data: { batch_id: string; status: string; operations: { task_id: string }[] } };
    };
    const engine = engineFunctions(api.database);
    const worker = await engine.register();
    const complete = async (task: string) => {
      const attempt = await engine.claim(task, worker);
      await engine.finish(task, attempt!, worker, 'Completed');
    };
    const [running, waiting] = [await send('running'), await send('waiting')];
    const pending = { status: 'Pending', progress: 0 };
    expect(running.data).toMatchObject({ status: 'Running', operations: [pending, pending] });
    expect(waiting.data).toMatchObject({ status: 'Pending', operations: [pending, pending] });
    for (const { task_id: id } of running.data.operations) await complete(id);
    await complete(waiting.data.operations[0]!.task_id);
    const { body: now } = await by.get(`/batch/operations/${waiting.data.batch_id}`).expect(200);
    expect(now.data).toMatchObject({ status: 'Running', operations: [{ status: 'Completed' }, pending] });
    expect(await send('running')).toEqual(running);
    expect(await send('waiting')).toEqual(waiting);
    await complete(waiting.data.operations[1]!.task_id);
  });

  it('refuses a cycle, names it, and stores nothing', async () => {
    const { body } = await operator()
      .post('/batch/execute')
      .send({
        name: 'circle',
        operations: [command('a', { dependencies: ['b'] }), command('b', { dependencies: ['a'] })],
      })
      .expect(422);
    expect(body).toMatchObject({ success: false, code: 'invalid_batch' });
    expect(body.error).toBe(
      'The batch cannot be run: operations[0].dependencies[0] is part of a circular dependency: ' +
        '"a" → "b" → "a" (each depends on the next). Remove one of these dependencies.',
    );
    const { body: list } = await operator().get('/batch/operations?limit=1000').expect(200);
    expect(list.data.map(({ name }: { name: string }) => name)).not.toContain('circle');
  });

  it('refuses what this installation cannot run, with each position', async () => {
    const { body } = await operator()
      .post('/batch/execute')
      .send({
        name: 'wrong',
        operations: [
          command('a', { commands: ['rm -rf /'] }),
          {
            id: 'b',
            type: 'server_batch',
            provider: 'azure',
            server_configs: [{ name: 'x', plan: 'p', zone: 'z' }],
          },
        ],
      })
      .expect(422);
    expect(body.details).toEqual([
      { path: 'operations[0].commands[0]', message: expect.stringContaining('Allowed are: deploy') },
      {
        path: 'operations[1].provider',
        message: 'must be one of local, upcloud, aws, docker, ssh, not "azure"',
      },
    ]);
  });

  it('refuses undefined task services and cluster types, and lists the defined ones', async () => {
    const about = { provider: 'local', dependencies: [] };
    const { body } = await operator()
      .post('/batch/execute')
      .send({
        name: 'undefined',
        operations: [
          { ...about, id: 't', type: 'taskserv_batch', taskservs: ['cilium', 'kubernets'] },
          { ...about, id: 'c', type: 'cluster_batch', cluster_type: 'k8s' },
        ],
      })
      .expect(422);
    expect(body).toMatchObject({ success: false, code: 'invalid_batch' });
    expect(body.details).toEqual([
      {
        path: 'operations[0].taskservs[1]',
        message: expect.stringMatching(
          /^must be a defined task service, but is "kubernets"\. Did you mean "kubernetes"\? Defined: chrony, cilium, /,
        ),
      },
      {
        path: 'operations[1].cluster_type',
        message: expect.stringMatching(
          /but is "k8s"\. Defined: buildkit\. To define .* definitions\/clusters\/<name>\/definition\.toml/,
        ),
      },
    ]);
    const { body: list } = await operator().get('/batch/operations?limit=1000').expect(200);
    expect(list.data.map(({ name }: { name: string }) => name)).not.toContain('undefined');
  });

  it('lets a viewer read but not change', async () => {
    await api.as('viewer').get('/batch/operations').expect(200);
    const body = { name: 'x', operations: [command('a')] };
    await api.as('viewer').post('/batch/execute').send(body).expect(403);
  });
});

describe('GET /batch/operations', () => {
  it('pages, newest first, filters by status, and shows the first hundred operations of a large batch', async () => {
    const large = await submitted({
      operations: Array.from({ length: 150 }, (_, index) => command(`o${index}`, { infra: 'large' })),
    });
    const { body, headers } = await operator().get('/batch/operations?limit=1').expect(200);
    expect(headers['x-total-count']).toMatch(/^\d+$/);
    expect(body.data).toHaveLength(1);
    expect(body.data[0]).toMatchObject({ batch_id: large, operations_count: 150 });
    expect(body.data[0].operations).toHaveLength(100);
    await operator().post(`/batch/operations/${large}/cancel`).expect(200);
    const { body: cancelled, headers: counted } = await operator()
      .get('/batch/operations?status=Cancelled&limit=1000')
      .expect(200);
    expect(cancelled.data.map(({ batch_id: id }: { batch_id: string }) => id)).toContain(large);
    expect(Number(counted['x-total-count'])).toBe(cancelled.data.length);
  });
});

describe('POST /batch/operations/{id}/cancel and /resume', () => {
  it('cancels once, previews a resume, and runs it as a new batch', async () => {
    const id = await submitted({
      operations: [command('a', { infra: 'r' }), command('b', { infra: 'r', dependencies: ['a'] })],
    });
    const path = `/batch/operations/${id}`;
    await operator().post(`${path}/resume`).expect(409);
    const { body } = await operator().post(`${path}/cancel`).expect(200);
    expect(body.data).toBe('Operation cancelled');
    await operator().post(`${path}/cancel`).expect(409);
    const { body: preview } = await operator().post(`${path}/resume?check_mode=true`).expect(200);
    expect(preview.data).toMatchObject({
      batch_id: id,
      check_mode: true,
      operations: [
        { id: 'a', status: 'Pending' },
        { id: 'b', status: 'Pending' },
      ],
    });
    const { body: resumed } = await operator().post(`${path}/resume`).expect(200);
    expect(resumed.data.batch_id).not.toBe(id);
    const { body: found } = await operator().get(`/batch/operations/${resumed.data.batch_id}`).expect(200);
    expect(found.data).toMatchObject({ resume_of: id, status: 'Running' });
    await operator().post(`/batch/operations/${resumed.data.batch_id}/cancel`).expect(200);
  });

  it('answers that it is cancelled while running operations are being ended', async () => {
    const id = await submitted({ operations: [command('a', { infra: 'e' }), command('b', { infra: 'e' })] });
    const path = `/batch/operations/${id}`;
    const engine = engineFunctions(api.database);
    const worker = await engine.register();
    const { body: found } = await operator().get(path).expect(200);
    const [first, second] = found.data.operations as { task_id: string }[];
    const attempt = await engine.claim(first!.task_id, worker);
    await engine.claim(second!.task_id, worker);
    const { body: task } = await operator().post(`/tasks/${second!.task_id}/cancel`).expect(200);
    expect(task).toEqual({ success: true, data: 'Task cancelled' });
    const cancelled = { success: true, data: 'Operation cancelled' };
    for (let times = 0; times < 2; times++) {
      const { body } = await operator().post(`${path}/cancel`).expect(200);
      expect(body).toEqual(cancelled);
    }
    const { body: running } = await operator().get(path).expect(200);
    expect(running.data).toMatchObject({ status: 'Running', cancel_requested_at: expect.any(String) });
    await engine.finish(first!.task_id, attempt!, worker, 'Cancelled');
    await engine.finish(second!.task_id, 1, worker, 'Cancelled');
    const { body: ended } = await operator().get(path).expect(200);
    expect(ended.data.status).toBe('Cancelled');
    await operator().post(`${path}/cancel`).expect(409);
  });

  it('answers 404 for a batch that does not exist', async () => {
    const path = '/batch/operations/0198f000-0000-7000-8000-000000000000';
    await operator().get(path).expect(404);
    await operator().post(`${path}/cancel`).expect(404);
    await operator().post(`${path}/resume`).expect(404);
  });
});

describe('the state of a batch', () => {
  it('has its progress from the completed operations, and each of its transitions', async () => {
    const id = await submitted({
      operations: [command('a', { infra: 's' }), command('b', { infra: 's', dependencies: ['a'] })],
    });
    const engine = engineFunctions(api.database);
    const worker = await engine.register();
    const { body: found } = await operator().get(`/batch/operations/${id}`).expect(200);
    const task = found.data.operations[0].task_id as string;
    const attempt = await engine.claim(task, worker);
    await engine.finish(task, attempt!, worker, 'Completed');
    const { body: progress } = await operator().get(`/state/workflows/${id}/progress`).expect(200);
    expect(progress.data).toMatchObject({
      workflow_id: id,
      progress: 50,
      total_steps: 2,
      completed_steps: 1,
    });
    const { body: snapshots } = await operator().get(`/state/workflows/${id}/snapshots`).expect(200);
    expect(snapshots.data.map(({ state }: { state: string }) => state)).toEqual(['running', 'pending']);
    await operator().post(`/batch/operations/${id}/cancel`).expect(200);
  });
});

describe('the state of the platform', () => {
  it('counts exactly', async () => {
    const before = (await operator().get('/state/system/metrics').expect(200)).body.data;
    const id = await submitted({ operations: [command('a', { infra: 'm' })] });
    const during = (await operator().get('/state/system/metrics')).body.data;
    expect(during).toMatchObject({
      total_workflows: before.total_workflows + 1,
      active_workflows: before.active_workflows + 1,
    });
    await operator().post(`/batch/operations/${id}/cancel`).expect(200);
    const after = (await operator().get('/state/system/metrics')).body.data;
    expect(after).toMatchObject({
      active_workflows: before.active_workflows,
      cancelled_workflows: before.cancelled_workflows + 1,
    });
    const { body } = await operator().get('/state/statistics').expect(200);
    expect(body.data).toMatchObject({
      total_workflows: after.total_workflows,
      storage_usage: expect.stringMatching(/^[\d.]+ MB$/),
    });
    const tables = body.data.tables as { name: string; rows: number; bytes: number }[];
    const names = tables.map(({ name }) => name);
    expect(compareWithRetentionList('Orchestrator', names)).toEqual({ notListed: [], notFound: [] });
    // Partitions count as part of their table.
    expect(tables.find(({ name }) => name === 'event_chunks')!.bytes).toBeGreaterThan(8_192);
    expect(body.data.storage_usage_bytes).toBe(tables.reduce((sum, { bytes }) => sum + bytes, 0));
  });

  it('is unhealthy without a worker, and healthy with one whose lease is valid', async () => {
    await api.database.raw(`update workers set lease_until = now() - interval '1 second'`);
    const { body } = await operator().get('/state/system/health').expect(200);
    expect(body.data).toMatchObject({
      overall_status: 'Unhealthy',
      components: {
        storage: 'Healthy',
        batch_coordinator: 'Unhealthy',
        monitoring: 'Healthy',
        workers: 'Unhealthy',
      },
    });
    await engineFunctions(api.database).register();
    const { body: better } = await operator().get('/state/system/health').expect(200);
    expect(better.data.overall_status).toBe('Healthy');
  });
});

describe('GET /tasks', () => {
  it('counts each status exactly, without reading every row', async () => {
    const counted = async (query: string) => {
      const { headers, body } = await operator().get(`/tasks?limit=1000${query}`).expect(200);
      expect(Number(headers['x-total-count'])).toBe(body.data.length);
      return body.data.length as number;
    };
    const all = await counted('');
    const statuses = ['Pending', 'Running', 'Completed', 'Failed', 'Cancelled'];
    const each = await Promise.all(statuses.map((status) => counted(`&status=${status}`)));
    expect(each.reduce((sum, count) => sum + count, 0)).toBe(all);
    await api.database.raw('select sum_tallies()');
    expect(await counted('')).toBe(all);
  });
});

describe('GET /tasks/{id}/logs', () => {
  it('is plain text for clients that accept it, at any length', async () => {
    const id = await submitted({ operations: [command('logs', { infra: 'l' })] });
    const { body } = await operator().get(`/batch/operations/${id}`);
    const task = body.data.operations[0].task_id as string;
    const engine = engineFunctions(api.database);
    const worker = await engine.register();
    await engine.claim(task, worker);
    const lines = Array.from({ length: 12_000 }, (_, index) => `line ${index + 1}`);
    await api.database.raw('select append_log(?, 1, ?, 1, ?, ?, now())', [
      task,
      worker,
      lines.length,
      lines.join('\n'),
    ]);
    const answer = await operator().get(`/tasks/${task}/logs`).set('Accept', 'text/plain').expect(200);
    expect(answer.headers['content-type']).toContain('text/plain');
    expect(answer.headers['content-disposition']).toContain(`${task}.log`);
    expect(answer.text).toBe(lines.map((line) => `${line}\n`).join(''));
    const rest = await operator().get(`/tasks/${task}/logs?after=11999`).set('Accept', 'text/plain');
    expect(rest.text).toBe('line 12000\n');
    const json = await operator().get(`/tasks/${task}/logs?after=11999`).expect(200);
    expect(json.body.data).toMatchObject([{ line: 12_000, text: 'line 12000' }]);
    const tail = await operator().get(`/tasks/${task}/logs?tail=3`).expect(200);
    expect(tail.body.data.map(({ line }: { line: number }) => line)).toEqual([11_998, 11_999, 12_000]);
    await operator().get(`/tasks/${task}/logs?tail=0`).expect(400);
    expect(tail.headers).toMatchObject({ 'x-first-line': '1', 'x-last-line': '12000' });
    expect(tail.headers['x-total-count']).toBeUndefined();
    const link = await operator().get(`/tasks/${task}/logs?after=11999&format=text`).expect(200);
    expect(link.headers['content-type']).toContain('text/plain');
    expect(link.text).toBe('line 12000\n');
    const found = await operator().get(`/tasks/${task}/logs?search=LINE 11&limit=2`).expect(200);
    expect(found.body.data.map(({ line }: { line: number }) => line)).toEqual([11, 110]);
    // 11, 110 to 119, 1100 to 1199 and 11000 to 11999.
    expect(found.headers['x-total-count']).toBe('1111');
    const every = await operator().get(`/tasks/${task}/logs?search=line&limit=1`).expect(200);
    expect(every.headers['x-total-count']).toBe('10000');
    await api
      .as('operator')
      .get('/tasks/0198f000-0000-7000-8000-000000000000/logs')
      .set('Accept', 'text/plain')
      .expect(404);
  });
});

describe('POST /workflows/taskserv/create and /cluster/create', () => {
  it.each([
    ['taskserv', 'taskserv', 'kubernets', 'Did you mean "kubernetes"? Defined: chrony, cilium'],
    ['cluster', 'cluster_type', 'buildkits', 'Did you mean "buildkit"? Defined: buildkit.'],
  ])(
    '%s: refuses to create or retry what is not defined, and deletes it',
    async (kind, member, name, hint) => {
      const send = (operation: string) =>
        operator()
          .post(`/workflows/${kind}/create`)
          .send({ operation, [member]: name, infra: 'gone', settings: 'config.ncl' });
      const { body: refused } = await send('create').expect(422);
      expect(refused).toMatchObject({ success: false, code: 'unknown_definition' });
      expect(refused.error).toContain(`${member} must be a defined`);
      expect(refused.error).toContain(hint);
      expect(refused.details).toMatchObject([{ path: member }]);
      const { body: deleting } = await send('delete').expect(200);
      await operator().post(`/tasks/${deleting.data}/cancel`).expect(200);
      const { body: again } = await operator().post(`/tasks/${deleting.data}/retry`).expect(200);
      // As if submitted while there was a definition.
      await api
        .database('tasks')
        .where({ id: again.data })
        .update({ verb: [kind, 'create'] });
      await operator().post(`/tasks/${again.data}/cancel`).expect(200);
      const { body: late } = await operator().post(`/tasks/${again.data}/retry`).expect(422);
      expect(late.code).toBe('unknown_definition');
    },
  );

  const body = { infra: 'production', settings: 'config.ncl', check_mode: false, wait: true };

  it.each([
    ['taskserv', { taskserv: 'kubernetes' }, 'create_taskserv', 'kubernetes'],
    ['cluster', { cluster_type: 'buildkit' }, 'create_cluster', 'buildkit'],
  ])(
    '%s: passes the document’s body as an argument, never as an option',
    async (kind, more, name, subject) => {
      const { body: answer } = await operator()
        .post(`/workflows/${kind}/create`)
        .send({ operation: 'create', ...more, ...body })
        .expect(200);
      const { body: task } = await operator().get(`/tasks/${answer.data}`).expect(200);
      expect(task.data).toMatchObject({
        name,
        command: `/usr/local/provisioning ${kind} create`,
        args: [subject, '--infra', 'production', '--settings', 'config.ncl', '--wait'],
      });
      const { body: gone } = await operator()
        .post(`/workflows/${kind}/create`)
        .send({ ...body, ...more, operation: 'delete' })
        .expect(200);
      const { body: deleting } = await operator().get(`/tasks/${gone.data}`);
      expect(deleting.data.name).toBe(name.replace('create', 'delete'));
      const bad = Object.fromEntries(Object.keys(more).map((member) => [member, '--force']));
      await operator()
        .post(`/workflows/${kind}/create`)
        .send({ ...body, operation: 'create', ...bad })
        .expect(422);
    },
  );
});
