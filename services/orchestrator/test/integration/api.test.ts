import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { orchestratorOperations } from '@provisioning/contracts';
import { testApi, type TestApi } from '../support/test-api.js';

/** The body of the API document, verbatim. */
const DOCUMENT_BODY = { infra: 'production', settings: 'config.ncl', check_mode: false, wait: true };
const CREATE = '/workflows/servers/create';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

let api: TestApi;

beforeAll(async () => {
  api = await testApi({ PROVISIONING_COMMIT: 'abc123' });
});
afterAll(() => api.stop());
beforeEach(() =>
  api.database.raw('truncate tasks, event_rows, event_chunks, locks, idempotency_keys, tallies'),
);

const storedTasks = async () => Number((await api.database('tasks').count({ n: '*' }))[0]?.['n']);

describe('POST /workflows/servers/create', () => {
  it('accepts the document’s body and answers with the id of an existing task', async () => {
    const answer = await api.as('operator').post(CREATE).send(DOCUMENT_BODY).expect(200);
    expect(answer.body).toEqual({ success: true, data: expect.stringMatching(UUID) });
    expect(answer.headers['location']).toBe(`/tasks/${answer.body.data}`);

    const { body } = await api.as('viewer').get(`/tasks/${answer.body.data}`).expect(200);
    expect(body.data).toMatchObject({
      id: answer.body.data,
      name: 'create_servers',
      command: '/usr/local/provisioning servers create',
      args: ['--infra', 'production', '--settings', 'config.ncl', '--wait'],
      dependencies: [],
      status: 'Pending',
      started_at: null,
      completed_at: null,
      output: null,
      error: null,
    });
  });

  it('turns check_mode into --check and omits what was not requested', async () => {
    const body = { infra: 'production', settings: 'config.ncl', check_mode: true };
    const { body: answer } = await api.as('operator').post(CREATE).send(body).expect(200);
    const { body: task } = await api.as('operator').get(`/tasks/${answer.data}`);
    expect(task.data.args).toEqual(['--infra', 'production', '--settings', 'config.ncl', '--check']);
  });

  it.each([
    ['delete', true, 'delete_servers', 'delete', ['--check']],
    ['delete', false, 'delete_servers', 'delete', []],
    ['create', false, 'create_servers', 'create', []],
  ])('with operation %j and check_mode %j runs %s', async (operation, checkMode, name, verb, flags) => {
    const body = { operation, infra: 'production', settings: 'config.ncl', check_mode: checkMode };
    const { body: answer } = await api.as('operator').post(CREATE).send(body).expect(200);
    const { body: task } = await api.as('operator').get(`/tasks/${answer.data}`);
    expect(task.data).toMatchObject({
      name,
      command: `/usr/local/provisioning servers ${verb}`,
      args: ['--infra', 'production', '--settings', 'config.ncl', ...flags],
    });
  });

  it('treats a request without operation as the one with "create"', async () => {
    const client = api.as('operator').set('Idempotency-Key', 'key-2');
    const first = await client.post(CREATE).send(DOCUMENT_BODY).expect(200);
    const again = await client
      .post(CREATE)
      .send({ ...DOCUMENT_BODY, operation: 'create' })
      .expect(200);
    expect(again.body).toEqual(first.body);
    const other = await client
      .post(CREATE)
      .send({ ...DOCUMENT_BODY, operation: 'delete' })
      .expect(409);
    expect(other.body.code).toBe('idempotency_key_reused');
  });

  it('answers a repeated Idempotency-Key as the first time, and refuses it for another request', async () => {
    const client = api.as('operator').set('Idempotency-Key', 'key-1');
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => client.post(CREATE).send(DOCUMENT_BODY)),
    );
    expect(new Set(answers.map(({ body }) => body.data)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers['idempotent-replayed'] === 'true')).toHaveLength(7);
    expect(await storedTasks()).toBe(1);
    const other = await client
      .post(CREATE)
      .send({ ...DOCUMENT_BODY, infra: 'staging' })
      .expect(409);
    expect(other.body.code).toBe('idempotency_key_reused');
  });

  it.each([
    ['no infra', { settings: 'config.ncl' }, 'infra'],
    ['an unknown member', { ...DOCUMENT_BODY, force: true }, 'force'],
    ['an unknown operation', { ...DOCUMENT_BODY, operation: 'destroy' }, 'operation'],
    ['a wrong type', { ...DOCUMENT_BODY, check_mode: 'yes' }, 'check_mode'],
    ['a parent path', { ...DOCUMENT_BODY, infra: '../production' }, 'infra'],
    ['an absolute path', { ...DOCUMENT_BODY, settings: '/etc/passwd.json' }, 'settings'],
    ['a path that leaves', { ...DOCUMENT_BODY, settings: 'a/../../b.ncl' }, 'settings'],
    ['a flag as infra', { ...DOCUMENT_BODY, infra: '--wait' }, 'infra'],
    ['a flag as settings', { ...DOCUMENT_BODY, settings: '-x.ncl' }, 'settings'],
    ['a NUL', { ...DOCUMENT_BODY, infra: 'a\u0000b' }, 'infra'],
    ['another format', { ...DOCUMENT_BODY, settings: 'config.sh' }, 'settings'],
    [
      'an own __proto__',
      JSON.parse('{"infra":"a","settings":"b.ncl","__proto__":{"x":1}}') as object,
      '__proto__',
    ],
    ['an array', [DOCUMENT_BODY], ''],
    ['null', null, ''],
  ])('refuses %s with the position of the fault, and stores nothing', async (_what, body, path) => {
    const request = api.as('operator').post(CREATE).set('Content-Type', 'application/json');
    const answer = await request.send(JSON.stringify(body)).expect(422);
    expect(answer.body).toMatchObject({
      success: false,
      error: expect.any(String),
      code: 'validation_failed',
    });
    expect(answer.body.details.map((detail: { path: string }) => detail.path)).toContain(path);
    expect(await storedTasks()).toBe(0);
  });

  it.each([
    ['broken JSON', '{"infra": "production",', 'application/json', 400],
    ['no JSON', 'infra=production', 'application/x-www-form-urlencoded', 415],
    ['no body', '', 'application/json', 422],
    ['1 MB', JSON.stringify({ ...DOCUMENT_BODY, infra: 'a'.repeat(1_000_000) }), 'application/json', 413],
    ['5,000 levels', `${'['.repeat(5_000)}${']'.repeat(5_000)}`, 'application/json', 400],
  ])('refuses %s', async (_what, body, type, status) => {
    const answer = await api.as('operator').post(CREATE).set('Content-Type', type).send(body).expect(status);
    expect(answer.body).toMatchObject({ success: false, request_id: answer.headers['x-request-id'] });
    expect(JSON.stringify(answer.body)).not.toMatch(/\bat .*\.[jt]s|node_modules/);
    expect(await storedTasks()).toBe(0);
  });
});

describe('permissions', () => {
  it('require a token, and the answer says how to get one', async () => {
    const { body, headers } = await api.anonymous.get('/tasks').expect(401);
    expect(headers['www-authenticate']).toBe('Bearer');
    expect(body.error).toContain('POST /auth/login');
  });

  it.each([
    ['expired', () => api.token(['admin'], { lifetime: -60 }), 'token_expired'],
    ['of another key', () => api.token(['admin'], { secret: 'x'.repeat(40) }), 'token_invalid'],
    ['cut short', () => api.token(['admin']).slice(0, -2), 'token_invalid'],
    ['no token at all', () => 'abc', 'token_invalid'],
  ])('refuses one that is %s', async (_what, token, code) => {
    const { body } = await api.anonymous.get('/tasks').set('Authorization', `Bearer ${token()}`).expect(401);
    expect(body.code).toBe(code);
  });

  it('let a viewer read but not change, and the answer names the decision', async () => {
    await api.as('viewer').get('/tasks').expect(200);
    const { body } = await api.as('viewer').post(CREATE).send(DOCUMENT_BODY).expect(403);
    expect(body).toMatchObject({ code: 'forbidden', decision_id: expect.stringMatching(UUID) });
    await api.as('auditor').get('/tasks').expect(403);
    expect(await storedTasks()).toBe(0);
  });
});

describe('GET /tasks', () => {
  it('pages, newest first, with the totals and links of the document', async () => {
    const ids: string[] = [];
    for (const infra of ['a', 'b', 'c', 'd', 'e']) {
      const { body } = await api
        .as('operator')
        .post(CREATE)
        .send({ ...DOCUMENT_BODY, infra });
      ids.unshift(body.data as string);
    }
    const { body, headers } = await api
      .as('viewer')
      .get('/tasks?limit=2&offset=2&status=Pending')
      .expect(200);
    expect(body.data.map(({ id }: { id: string }) => id)).toEqual(ids.slice(2, 4));
    expect(headers).toMatchObject({ 'x-total-count': '5', 'x-limit': '2', 'x-offset': '2' });
    expect(headers['link']).toBe(
      ['next', 'prev', 'first', 'last']
        .map((rel, index) => `</tasks?limit=2&offset=${[4, 0, 0, 4][index]}&status=Pending>; rel="${rel}"`)
        .join(', '),
    );
    const { body: none } = await api.as('viewer').get('/tasks?status=Failed').expect(200);
    expect(none.data).toEqual([]);
  });

  it.each([
    'limit=0',
    'limit=1001',
    'limit=x',
    'offset=-1',
    'status=pending',
    'limit=1&limit=2',
    'colour=red',
  ])('refuses ?%s with 400', async (query) => {
    const { body } = await api.as('viewer').get(`/tasks?${query}`).expect(400);
    expect(body).toMatchObject({ success: false, code: 'bad_parameter' });
  });

  it('answers 404 for a task that does not exist, and 400 for an invalid id', async () => {
    await api.as('viewer').get('/tasks/0198f000-0000-7000-8000-000000000000').expect(404);
    await api.as('viewer').get('/tasks/42').expect(400);
    await api.as('viewer').get('/tasks/%2f..').expect(400);
  });
});

describe('POST /tasks/{id}/cancel', () => {
  it('ends a waiting task, once', async () => {
    const { body } = await api.as('operator').post(CREATE).send(DOCUMENT_BODY);
    await api.as('viewer').post(`/tasks/${body.data}/cancel`).expect(403);
    await api.as('operator').post(`/tasks/${body.data}/cancel`).expect(200);
    const { body: task } = await api.as('operator').get(`/tasks/${body.data}`);
    expect(task.data).toMatchObject({ status: 'Cancelled', error: 'Cancelled by operator before it ran.' });
    await api.as('operator').post(`/tasks/${body.data}/cancel`).expect(409);
  });
});

describe('POST /tasks/{id}/retry', () => {
  it('runs a cancelled task’s work again as a new task, and only previews it in check mode', async () => {
    const operator = api.as('operator');
    const { body } = await operator.post(CREATE).send(DOCUMENT_BODY);
    await operator.post(`/tasks/${body.data}/retry`).expect(409);
    await operator.post(`/tasks/${body.data}/cancel`);
    await api.as('viewer').post(`/tasks/${body.data}/retry`).expect(403);
    const again = await operator.post(`/tasks/${body.data}/retry`).expect(200);
    const check = await operator.post(`/tasks/${body.data}/retry?check_mode=true`).expect(200);
    const taskOf = async (id: string) => (await operator.get(`/tasks/${id}`)).body.data;
    const original = await taskOf(body.data);
    expect(await taskOf(again.body.data)).toMatchObject({
      retry_of: body.data,
      args: original.args,
      check_mode: false,
      status: 'Pending',
    });
    expect(await taskOf(check.body.data)).toMatchObject({
      retry_of: body.data,
      args: [...original.args, '--check'],
      check_mode: true,
    });
    await operator.post('/tasks/0198f000-0000-7000-8000-000000000000/retry').expect(404);
  });
});

describe('GET /state/workflows/{id}/…', () => {
  it('returns the progress and each transition of a task', async () => {
    const { body } = await api.as('operator').post(CREATE).send(DOCUMENT_BODY);
    await api.as('operator').post(`/tasks/${body.data}/cancel`);
    const { body: progress } = await api
      .as('viewer')
      .get(`/state/workflows/${body.data}/progress`)
      .expect(200);
    expect(progress.data).toEqual({
      workflow_id: body.data,
      progress: 0,
      current_step: null,
      total_steps: 0,
      completed_steps: 0,
      estimated_time_remaining: null,
    });
    const { body: snapshots, headers } = await api
      .as('viewer')
      .get(`/state/workflows/${body.data}/snapshots`)
      .expect(200);
    expect(snapshots.data.map(({ state }: { state: string }) => state)).toEqual(['cancelled', 'pending']);
    expect(headers['x-total-count']).toBe('2');
    await api.as('viewer').get('/state/workflows/0198f000-0000-7000-8000-000000000000/progress').expect(404);
  });
});

describe('every answer', () => {
  it('has the health of the document, without a token', async () => {
    const { body } = await api.anonymous.get('/health').expect(200);
    expect(body).toEqual({ success: true, data: 'Orchestrator is healthy' });
    await api.anonymous.get('/livez').expect(200);
    await api.anonymous.get('/readyz').expect(200);
    const { text } = await api.anonymous.get('/metrics').expect(200);
    expect(text).toContain('http_request_duration_seconds_bucket');
  });

  it('shows signed-in users what runs', async () => {
    await api.anonymous.get('/version').expect(401);
    const { body } = await api.as('auditor').get('/version').expect(200);
    expect(body.data).toEqual({
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      commit: 'abc123',
      node: process.versions.node,
      schema: expect.stringMatching(/^\d{8}T\d{4}_[a-z0-9_]+$/),
      mode: 'development',
    });
  });

  it('has version 1, and another version is refused', async () => {
    const v1 = 'application/vnd.provisioning.v1+json';
    const { headers } = await api.anonymous.get('/health').set('Accept', v1).expect(200);
    expect(headers['content-type']).toContain(v1);
    expect(headers['vary']).toContain('Accept');
    const { body } = await api.anonymous
      .get('/health')
      .set('Accept', 'application/vnd.provisioning.v2+json')
      .expect(406);
    expect(body.error).toContain(v1);
  });

  it('carries the request’s id where it is valid, and continues its trace', async () => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    const sane = await api.anonymous
      .get('/health')
      .set('X-Request-Id', 'abc-1')
      .set('traceparent', `00-${trace}-00f067aa0ba902b7-01`);
    expect(sane.headers['x-request-id']).toBe('abc-1');
    expect(sane.headers['traceparent']).toMatch(new RegExp(`^00-${trace}-`));
    const rubbish = await api.anonymous.get('/health').set('X-Request-Id', 'a b<script>');
    expect(rubbish.headers['x-request-id']).toMatch(UUID);
  });

  it('is JSON for 404, 405 and an invalid path too', async () => {
    const { body: missing } = await api.anonymous.get('/nothing').expect(404);
    expect(missing).toMatchObject({ success: false, code: 'no_such_route' });
    const wrong = await api.anonymous.delete('/tasks').expect(405);
    expect(wrong.headers['allow']).toBe('GET, HEAD, OPTIONS');
    expect((await api.as('viewer').get('/tasks/%zz')).body).toMatchObject({
      success: false,
      code: 'malformed',
    });
  });

  it('is 503 with Retry-After while Postgres is unavailable, and 200 on /livez', async () => {
    const away = await testApi();
    await away.database.destroy();
    const { body, headers } = await away.as('viewer').get('/tasks').expect(503);
    expect(body).toMatchObject({ success: false, code: 'database_unavailable' });
    expect(headers['retry-after']).toBe('2');
    await away.anonymous.get('/livez').expect(200);
    await away.anonymous.get('/readyz').expect(503);
    await away.stop();
  });
});

describe('limits', () => {
  it('are counted per user as documented, with their headers', async () => {
    const limited = await testApi({ RATE_LIMIT_GENERAL: '3' });
    const viewer = limited.as('viewer');
    const first = await viewer.get('/tasks').expect(200);
    expect(first.headers).toMatchObject({ 'x-ratelimit-limit': '3', 'x-ratelimit-remaining': '2' });
    expect(Number(first.headers['x-ratelimit-reset'])).toBeGreaterThan(Date.now() / 1000 - 1);
    await viewer.get('/tasks').expect(200);
    await viewer.get('/tasks').expect(200);
    const { body, headers } = await viewer.get('/tasks').expect(429);
    expect(body.code).toBe('rate_limited');
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    await limited.as('viewer').get('/tasks').expect(200);
    await limited.stop();
  });
});

it('every operation of the contract is implemented', async () => {
  const unbuilt: string[] = [];
  for (const { method, path, id } of orchestratorOperations) {
    const url = path.replaceAll(/\{[a-z_]+\}/g, '0198f000-0000-7000-8000-000000000000');
    const { status } = await api.as('admin')[method](url);
    if (status === 501) unbuilt.push(id);
  }
  expect(unbuilt).toEqual([]);
});
