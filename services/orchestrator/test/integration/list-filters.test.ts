import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testApi, type TestApi } from '../support/test-api.js';

const CREATE = '/workflows/servers/create';
let api: TestApi;
/** Ids of the tasks by their infra, in the order in which they were made. */
const tasks: Record<string, string> = {};
let batch: string;

beforeAll(async () => {
  api = await testApi();
  for (const [infra, role] of [
    ['alpha', 'operator'],
    ['beta', 'admin'],
    ['beta_2', 'operator'],
  ] as const) {
    const body = { infra, settings: 'config.ncl', check_mode: infra === 'beta' };
    tasks[infra] = (await api.as(role).post(CREATE).send(body).expect(200)).body.data;
  }
  const server = { type: 'server_batch', provider: 'upcloud', infra: 'gamma' };
  const config = { plan: '1xCPU-2 GB', zone: 'de-fra1' };
  const operations = [
    { ...server, id: 'first', server_configs: [{ ...config, name: 'web-01' }] },
    { ...server, id: 'then', server_configs: [{ ...config, name: 'web-02' }], dependencies: ['first'] },
  ];
  const answer = await api.as('admin').post('/batch/execute').send({ name: 'night_shift', operations });
  expect(answer.body).toMatchObject({ success: true });
  batch = answer.body.data.batch_id;
  await api.as('admin').post(`/tasks/${tasks['alpha']}/cancel`).expect(200);
});
afterAll(() => api.stop());

interface Row {
  id: string;
  infra: string;
  operation: string | null;
}
const list = async (query: string) => {
  const { body, headers } = await api.as('admin').get(`/tasks?${query}`).expect(200);
  const rows = body.data as Row[];
  expect(headers['x-total-count']).toBe(String(rows.length));
  return rows.map(({ operation, infra }) => operation ?? infra);
};

describe('GET /tasks filters', () => {
  it.each([
    ['status=Cancelled', ['alpha']],
    ['status=Cancelled,Pending', ['then', 'first', 'beta_2', 'beta', 'alpha']],
    ['kind=batch_operation', ['then', 'first']],
    ['kind=batch_operation,workflow', ['then', 'first', 'beta_2', 'beta', 'alpha']],
    ['infra=beta', ['beta']],
    ['created_by=operator', ['beta_2', 'alpha']],
    ['q=THEN', ['then']],
    ['q=a_2', []],
    ['q=%25', []],
    ['q=CREATE_serv&sort=created_at', ['alpha', 'beta', 'beta_2']],
    ['from=2000-01-01&to=2000-01-02', []],
    ['from=2000-01-01&infra=alpha', ['alpha']],
  ])('%s', async (query, found) => {
    expect((await list(query)).sort()).toEqual([...found].sort());
  });

  it('finds the operations of a batch, and a task by a part of its id', async () => {
    expect(await list(`batch_id=${batch}`)).toEqual(expect.arrayContaining(['first', 'then']));
    expect(await list(`q=${tasks['beta']!.slice(-12)}`)).toEqual(['beta']);
  });

  it('sorts oldest first, and goes on after an item in that order', async () => {
    const first = await api.as('admin').get('/tasks?sort=created_at&kind=workflow&limit=2').expect(200);
    expect(first.body.data.map(({ infra }: Row) => infra)).toEqual(['alpha', 'beta']);
    const next = await api
      .as('admin')
      .get(`/tasks?sort=created_at&kind=workflow&limit=2&after=${first.body.data[1].id}`)
      .expect(200);
    expect(next.body.data.map(({ infra }: Row) => infra)).toEqual(['beta_2']);
  });

  it('shows why a task waits, and leaves the output out on request', async () => {
    await api.database('tasks').where({ id: tasks['alpha'] }).update({ output_tail: 'the last words' });
    const { body } = await api.as('admin').get('/tasks?kind=batch_operation').expect(200);
    expect(body.data.find(({ operation }: Row) => operation === 'then')).toMatchObject({
      created_by: 'admin',
      batch_id: batch,
      attempt: 0,
      progress: null,
      waiting_for: { reason: 'dependency', operations: ['first'] },
    });
    for (const [query, output] of [
      ['', 'the last words'],
      ['&output=false', null],
    ] as const) {
      const found = await api.as('admin').get(`/tasks?infra=alpha${query}`).expect(200);
      expect(found.body.data[0].output).toBe(output);
    }
  });

  it.each([
    [
      'status=Done',
      'status must be one or more of Pending, Running, Completed, Failed, Cancelled, separated by commas',
    ],
    ['from=2026-02-02&to=2026-02-01', 'from must not be after to'],
    ['sort=name', 'sort must be'],
  ])('refuses %s', async (query, error) => {
    const { body } = await api.as('admin').get(`/tasks?${query}`).expect(400);
    expect(JSON.stringify(body)).toContain(error);
  });
});

describe('GET /tasks/{id}', () => {
  it('has the plan of a run in check mode, and of no other', async () => {
    const change = { infra: 'beta', kind: 'server', provider: 'upcloud' };
    const planned = [
      { ...change, change: 'destroy', name: 'web-2', before: { id: 'x' }, after: null },
      {
        ...change,
        change: 'create',
        name: 'web-1',
        before: null,
        after: { plan: 'small', labels: { a: 1 } },
      },
    ];
    for (const infra of ['alpha', 'beta']) {
      const data = JSON.stringify({ planned, resources: [] });
      await api
        .database('task_results')
        .insert({ task_id: tasks[infra], output: 'out', data, evidence: '{}' });
    }
    const { body } = await api.as('admin').get(`/tasks/${tasks['beta']}?output=false`).expect(200);
    expect(body.data).toMatchObject({
      output: null,
      plan: {
        summary: '1 to create, 0 to change, 1 to destroy',
        changes: [
          {
            change: 'destroy',
            kind: 'server',
            infra: 'beta',
            name: 'web-2',
            before: { id: 'x' },
            after: null,
          },
          { change: 'create', name: 'web-1', after: { plan: 'small', labels: '{"a":1}' } },
        ],
      },
    });
    const other = await api.as('admin').get(`/tasks/${tasks['alpha']}`).expect(200);
    expect(other.body.data).toMatchObject({ output: 'out', plan: null });
  });
});

describe('GET /batch/operations filters', () => {
  it.each([
    ['name=NIGHT', 1],
    ['name=day', 0],
    ['infra=gamma', 1],
    ['infra=gam', 0],
    ['created_by=admin', 1],
    ['created_by=operator', 0],
    ['status=Pending,Running', 1],
    ['status=Failed,Completed', 0],
    ['from=2000-01-01', 1],
    ['to=2000-01-01', 0],
  ])('%s', async (query, total) => {
    const { body, headers } = await api.as('admin').get(`/batch/operations?${query}`).expect(200);
    expect(headers['x-total-count']).toBe(String(total));
    expect(body.data).toHaveLength(total);
  });

  it('leaves the operations out on request', async () => {
    for (const [query, count] of [
      ['', 2],
      ['?operations=false', 0],
    ] as const) {
      const { body } = await api.as('admin').get(`/batch/operations${query}`).expect(200);
      expect(body.data[0].operations).toHaveLength(count);
      expect(body.data[0].operations_count).toBe(2);
    }
  });
});
