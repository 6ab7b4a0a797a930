import { afterEach, describe, expect, it } from '@jest/globals';
import { controlCenter, orchestrator } from '@provisioning/contracts';
import { data, failure, FakeService, type Answer, type Received } from '../test/support/fake-service.js';
import { ProvisioningClient, ProvisioningError, type ClientOptions } from './index.js';

const ID = '01999999-0000-7000-8000-000000000001';
let fake: FakeService | undefined;
afterEach(() => fake?.stop());

async function clientOf(answer: (request: Received, nth: number) => Answer, options: ClientOptions = {}) {
  fake = await FakeService.start(answer);
  const client = new ProvisioningClient(fake.url, 'a-token', {
    baseDelay: 0.001,
    controlCenterUrl: `${fake.url}/cc/`,
    ...options,
  });
  return { client, received: fake.received };
}

const errorOf = (promise: Promise<unknown>): Promise<ProvisioningError> =>
  promise.then(
    () => Promise.reject(new Error('It did not fail.')),
    (error: unknown) => error as ProvisioningError,
  );

describe('ProvisioningClient', () => {
  it('has a method for every operation that sends the request of the contract', async () => {
    const { client, received } = await clientOf(() => data([]));
    const all = [
      [client.orchestrator, orchestrator, ''],
      [client.controlCenter, controlCenter, '/cc'],
    ] as const;
    for (const [methods, operations, base] of all) {
      expect(Object.keys(methods)).toEqual(Object.keys(operations));
      for (const [id, operation] of Object.entries(operations)) {
        const call = (methods as Record<string, (args: object) => Promise<unknown>>)[id];
        const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
        const params = Object.fromEntries(names.map((name) => [name, ID]));
        await call?.({ params, ...(operation.body ? { body: {} } : {}) });
        const last = received.at(-1);
        expect(last).toMatchObject({
          method: operation.method.toUpperCase(),
          url: base + operation.path.replace(/\{\w+\}/g, ID),
          headers: { authorization: 'Bearer a-token', accept: 'application/vnd.provisioning.v1+json' },
        });
        expect(last?.headers['idempotency-key'] !== undefined).toBe(operation.idempotent === true);
      }
    }
  });

  it('returns an object with its ETag, for a change that must not undo another', async () => {
    const { client, received } = await clientOf(() => data({ id: ID }, { ETag: '"7"' }));
    const { data: user, etag } = await client.controlCenter.getUser.tagged({ params: { id: ID } });
    expect([user, etag]).toEqual([{ id: ID }, '"7"']);
    await client.controlCenter.updateUser({
      params: { id: ID },
      body: { enabled: false },
      headers: { 'If-Match': etag! },
    });
    expect(received[1]?.headers['if-match']).toBe('"7"');
  });

  it('runs the JavaScript example of the API document', async () => {
    const { client, received } = await clientOf(({ method }) =>
      method === 'POST' ? data(ID) : data({ id: ID, status: 'Running' }),
    );
    expect(await client.createServerWorkflow('production', 'config.ncl')).toEqual({
      success: true,
      data: ID,
    });
    expect(received[0]?.body).toEqual({
      infra: 'production',
      settings: 'config.ncl',
      check_mode: false,
      wait: true,
    });
    expect(await client.getTaskStatus(ID)).toMatchObject({ success: true, data: { status: 'Running' } });
  });

  /** A list of that many rows, the newest first, of which any may be deleted. */
  async function listOf(count: number) {
    const rows = Array.from({ length: count }, (_, n) => ({ id: String(count - n).padStart(3, '0') }));
    const { client, received } = await clientOf(({ url, method }) => {
      const { pathname, searchParams: query } = new URL(url, 'http://x');
      if (method === 'DELETE') {
        const [deleted] = rows.splice(
          rows.findIndex(({ id }) => pathname.endsWith(id)),
          1,
        );
        return data(deleted?.id);
      }
      const [limit, offset] = [Number(query.get('limit')), Number(query.get('offset') ?? 0)];
      const after = query.get('after');
      const following = rows.filter(({ id }) => after === null || id < after);
      return data(following.slice(offset, offset + limit), {
        'X-Total-Count': String(rows.length),
        'X-Limit': String(limit),
        ...(after === null ? { 'X-Offset': String(offset) } : {}),
      });
    });
    return { client, received, rows };
  }

  it('pages through a list and reports the position of a page', async () => {
    const { client, received } = await listOf(5);
    const ids: string[] = [];
    for await (const { id } of client.orchestrator.listTasks.all({ query: { limit: 2, status: 'Failed' } })) {
      ids.push(id);
    }
    expect(ids).toEqual(['005', '004', '003', '002', '001']);
    expect(received.map(({ url }) => url)).toEqual([
      '/tasks?limit=2&status=Failed',
      '/tasks?limit=2&status=Failed&after=004',
      '/tasks?limit=2&status=Failed&after=002',
    ]);
    const page = await client.orchestrator.listTasks.page({ query: { limit: 2, offset: 4 } });
    expect(page).toEqual({ total: 5, limit: 2, offset: 4, items: [{ id: '001' }] });
    const next = await client.orchestrator.listTasks.page({ query: { limit: 2, after: '003' } });
    expect(next).toMatchObject({ offset: undefined, items: [{ id: '002' }, { id: '001' }] });
  });

  it('applies offset only to the first page', async () => {
    const { client, received } = await listOf(5);
    const ids: string[] = [];
    for await (const { id } of client.orchestrator.listTasks.all({ query: { limit: 2, offset: 1 } }))
      ids.push(id);
    expect(ids).toEqual(['004', '003', '002', '001']);
    expect(received.map(({ url }) => url)).toEqual([
      '/tasks?limit=2&offset=1',
      '/tasks?limit=2&after=003',
      '/tasks?limit=2&after=001',
    ]);
  });

  it('yields each item of a list while items are deleted', async () => {
    const { client, rows } = await listOf(85);
    for await (const { id } of client.controlCenter.listPolicies.all({ query: { limit: 20 } })) {
      await client.controlCenter.deletePolicy({ params: { id } });
    }
    expect(rows).toEqual([]);
  });

  it('pages each list by the cursor of its operation', async () => {
    const { client, received } = await clientOf(() =>
      data([{ id: 'i', batch_id: 'b', snapshot_id: 's', seq: 7, revision: 3 }], { 'X-Limit': '1' }),
    );
    const second = async (list: AsyncGenerator) => {
      await list.next();
      await list.next();
      return received.at(-1)?.url;
    };
    const query = { limit: 1 };
    const params = { id: ID };
    expect(await second(client.orchestrator.listBatches.all({ query }))).toMatch(/[?&]after=b$/);
    expect(await second(client.orchestrator.listWorkflowSnapshots.all({ query, params }))).toMatch(
      /[?&]after=s$/,
    );
    expect(await second(client.orchestrator.listJournal.all({ query }))).toMatch(/[?&]after=7$/);
    expect(await second(client.controlCenter.listPolicyVersions.all({ query, params }))).toMatch(
      /[?&]after=3$/,
    );
    expect(await second(client.controlCenter.listAuditLogs.all({ query }))).toMatch(/[?&]before=7$/);
  });

  it('retries after 429, 503 and a lost response, a POST with the same Idempotency-Key', async () => {
    const answers: Answer[] = [
      failure(429, 'rate_limited', 'Too many.', { 'Retry-After': '0' }),
      failure(503, 'unavailable', 'Away.'),
      { cut: true },
      data(ID),
    ];
    const { client, received } = await clientOf((_, nth) => answers[nth - 1] ?? data(null));
    expect(await client.orchestrator.createServers({ body: { infra: 'a', settings: 'b.yaml' } })).toBe(ID);
    const keys = received.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toHaveLength(4);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('does not retry a non-idempotent request, except after 429', async () => {
    const { client, received } = await clientOf((_, nth) =>
      nth === 1 ? failure(429, 'rate_limited', 'Too many.') : failure(503, 'unavailable', 'Away.'),
    );
    expect(await errorOf(client.orchestrator.cancelTask({ params: { id: ID } }))).toMatchObject({
      status: 503,
    });
    expect(received).toHaveLength(2);
  });

  it('states that a request without a response may have been executed', async () => {
    const { client } = await clientOf(() => ({ cut: true }), { retries: 0 });
    const change = await errorOf(client.orchestrator.cancelTask({ params: { id: ID } }));
    expect(change.message).toMatch(/without a response\. The request may have been executed\.$/);
    const read = await errorOf(client.orchestrator.getTask({ params: { id: ID } }));
    expect(read.message).toMatch(/closed the connection without a response\.$/);
  });

  it('does not retry if the server asks for a longer delay than allowed', async () => {
    const { client, received } = await clientOf(() =>
      failure(429, 'rate_limited', 'Too many.', { 'Retry-After': '60' }),
    );
    const error = await errorOf(client.orchestrator.listTasks());
    expect(error).toMatchObject({ status: 429, code: 'rate_limited', retryAfter: 60, requestId: 'req-1' });
    expect(received).toHaveLength(1);
  });

  it('throws the error message and the details of the service', async () => {
    const details = [{ path: 'body.infra', message: 'must be there' }];
    const { client } = await clientOf(() => ({
      status: 422,
      body: { success: false, error: 'No infra.', code: 'invalid_body', details, request_id: 'r' },
    }));
    const error = await errorOf(client.orchestrator.getSystemHealth());
    expect(error).toBeInstanceOf(ProvisioningError);
    expect(error).toMatchObject({ message: 'No infra.', status: 422, code: 'invalid_body', details });
  });

  it('distinguishes a foreign response, a timeout and an unreachable host', async () => {
    const { client } = await clientOf(({ url }) =>
      url === '/livez' ? { silent: true } : { body: '<html></html>' },
    );
    expect(await errorOf(client.orchestrator.orchestratorHealth())).toMatchObject({ code: 'invalid_answer' });
    const hurried = new ProvisioningClient(fake?.url ?? '', 't', { timeout: 0.05, retries: 0 });
    expect(await errorOf(hurried.orchestrator.orchestratorLive())).toMatchObject({
      status: 0,
      code: 'timeout',
    });
    await fake?.stop();
    expect(await errorOf(hurried.orchestrator.orchestratorHealth())).toMatchObject({ code: 'network_error' });
    fake = undefined;
  });

  it('calls the token provider before each request', async () => {
    const { received, client: _unused } = await clientOf(() => data([]));
    const tokens = ['first', 'second'];
    const client = new ProvisioningClient(fake?.url ?? '', async () => tokens.shift());
    await client.orchestrator.listTasks();
    await client.orchestrator.listTasks();
    expect(received.map(({ headers }) => headers.authorization)).toEqual(['Bearer first', 'Bearer second']);
  });

  it('rejects an id that would change the path', async () => {
    const { client, received } = await clientOf(() => data({}));
    await client.orchestrator.getTask({ params: { id: '../users?x=1' } });
    expect(received[0]?.url).toBe('/tasks/..%2Fusers%3Fx%3D1');
    await expect(client.orchestrator.getTask({ params: { id: '..' } })).rejects.toThrow(TypeError);
    expect(received).toHaveLength(1);
  });

  it('waits for a task and a batch to end, until the timeout or an abort', async () => {
    const states = ['Pending', 'Running', 'RollingBack', 'RolledBack'];
    const { client } = await clientOf(({ url }, nth) =>
      url.startsWith('/batch')
        ? data({ batch_id: ID, status: states[nth - 1] })
        : data({ id: ID, status: 'Running' }),
    );
    expect(await client.waitForBatch(ID, { interval: 0.001 })).toMatchObject({ status: 'RolledBack' });
    expect(await errorOf(client.waitForTask(ID, { timeout: 0 }))).toMatchObject({ code: 'wait_timeout' });
    const abort = new AbortController();
    const waiting = errorOf(client.waitForTask(ID, { signal: abort.signal }));
    abort.abort(new Error('Enough.'));
    expect((await waiting).message).toBe('Enough.');
  });
});
