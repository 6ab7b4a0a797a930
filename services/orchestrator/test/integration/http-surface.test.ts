import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { orchestratorOperations } from '@provisioning/contracts';
import { startHttpServer, type HttpServer } from '@provisioning/runtime';
import { v7 as uuidv7 } from 'uuid';
import { testApi, type TestApi } from '../support/test-api.js';

const CREATE = '/workflows/servers/create';
const BODY = { infra: 'production', settings: 'config.ncl' };
const NO_ID = '0198f000-0000-7000-8000-000000000000';

let api: TestApi;
let http: HttpServer;

beforeAll(async () => {
  api = await testApi({ RATE_LIMIT_GENERAL: '1000', RATE_LIMIT_BATCH: '1000' });
  http = await startHttpServer(api.app, { host: '127.0.0.1', port: 0, portVariable: 'ORCHESTRATOR_PORT' });
});
afterAll(async () => {
  await http.close();
  await api.stop();
});

/**
 * Sends bytes unchanged.
 * @returns everything received until the connection was closed.
 */
async function raw(...pieces: string[]): Promise<string> {
  const socket = connect(Number(new URL(http.url).port), '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  socket.on('error', () => undefined);
  socket.end(pieces.join('\r\n'));
  await once(socket, 'close');
  return answer;
}

const bodyOf = (answer: string) => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as object;

describe('the size of a request', () => {
  it.each([
    ['100 KB', CREATE, JSON.stringify({ ...BODY, settings: 'a'.repeat(101 * 1024) }), 413],
    ['8 MB for a batch', '/batch/execute', JSON.stringify({ name: 'a'.repeat(8 * 1024 * 1024) }), 413],
    ['33 levels', CREATE, JSON.stringify(nested(33)), 400],
    ['5,000 levels', CREATE, '['.repeat(5_000) + ']'.repeat(5_000), 400],
  ])('is at most %s', async (_what, path, body, status) => {
    const request = api.as('operator').post(path).set('Content-Type', 'application/json');
    const answer = await request.send(body).expect(status);
    expect(answer.body).toMatchObject({ success: false, error: expect.any(String) });
  });

  it('is at most 10,000 operations in a batch', async () => {
    const operations = Array.from({ length: 10_001 }, (_, n) => ({ id: `o${n}`, type: 'x', provider: 'y' }));
    const { body } = await api
      .as('operator')
      .post('/batch/execute')
      .send({ name: 'big', operations })
      .expect(422);
    expect(body.details.length).toBeLessThanOrEqual(20);
  });

  it('is reported with one fault where listing all would take too long, without delaying others', async () => {
    const request = api.as('viewer').post('/batch/execute').set('Content-Type', 'application/json');
    const { body } = await request
      .send(`{"name":"big","operations":[${'0,'.repeat(1_000_000)}0]}`)
      .expect(422);
    expect(body.details).toHaveLength(1);
  });

  it('does not reach prototypes', async () => {
    const body = `{"infra":"production","settings":"config.ncl","__proto__":{"check_mode":true}}`;
    const request = api.as('operator').post(CREATE).set('Content-Type', 'application/json');
    await request.send(body).expect(422);
    expect({}).not.toHaveProperty('check_mode');
  });
});

function nested(levels: number): unknown {
  return levels === 0 ? 1 : { a: nested(levels - 1) };
}

describe('queries and paths', () => {
  it.each([
    '/tasks?limit=1&limit=2',
    '/tasks?limit[]=1',
    '/tasks?limit=1e9',
    '/tasks?offset=-1',
    '/tasks?nothing=1',
    '/tasks/%2f..',
    '/tasks/%00',
    '/tasks/%zz',
    `/tasks/${NO_ID}%00`,
    `/tasks/${NO_ID.toUpperCase()}`,
    '/batch/operations/1',
    '/rollback/checkpoints/..%2f..',
  ])('are refused with 400: %s', async (path) => {
    const { body } = await api.as('operator').get(path).expect(400);
    expect(body).toMatchObject({ success: false, request_id: expect.any(String) });
  });
});

describe('every failure', () => {
  it.each([
    ['an unknown route', 'get', '/nowhere', 404],
    ['another method', 'delete', '/tasks', 405],
    ['a method that nothing has', 'patch', '/tasks', 405],
    ['a broken path', 'get', '/tasks/%zz', 400],
    ['no token', 'get', '/tasks', 401],
  ] as const)(
    'is JSON with the request’s id, and reveals nothing internal: %s',
    async (_what, method, path, status) => {
      const { body, headers, text } = await api.anonymous[method](path).expect(status);
      expect(body).toMatchObject({ success: false, error: expect.any(String) });
      expect(body.request_id).toBe(headers['x-request-id']);
      expect(headers['content-type']).toMatch(/^application\/json/);
      expect(headers['cache-control']).toBe('no-store');
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers).not.toHaveProperty('x-powered-by');
      expect(headers).not.toHaveProperty('access-control-allow-origin');
      expect(text).not.toMatch(/node_modules|\bat .+\.[jt]s|select |<html/);
    },
  );

  it('says only “internal error” of an unexpected fault', async () => {
    const broken = await testApi();
    await broken.database.raw('alter table tasks rename column name to something_else');
    const { body, text } = await broken.as('viewer').get('/tasks').expect(500);
    expect(body).toMatchObject({ success: false, code: 'internal', request_id: expect.any(String) });
    expect(text).not.toMatch(/column|something_else|select/i);
    await broken.stop();
  });
});

describe('sockets', () => {
  it('are closed when they are silent, and read at most 16 KB of headers', async () => {
    expect(http.server).toMatchObject({ requestTimeout: 30_000, headersTimeout: 10_000 });
    const answer = await raw('GET /health HTTP/1.1', 'Host: x', `X-Long: ${'a'.repeat(17_000)}`, '', '');
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(bodyOf(answer)).toMatchObject({
      success: false,
      code: 'too_large',
      request_id: expect.any(String),
    });
  });

  it.each([
    ['rubbish', ['GARBAGE', '', '']],
    ['an invented method', ['BREW /tasks HTTP/1.1', 'Host: x', '', '']],
    ['two lengths', ['POST /tasks HTTP/1.1', 'Host: x', 'Content-Length: 1', 'Content-Length: 2', '', '']],
    [
      'a length and chunks',
      ['POST /tasks HTTP/1.1', 'Host: x', 'Content-Length: 5', 'Transfer-Encoding: chunked', '', ''],
    ],
  ])('get an error of the platform for %s', async (_what, lines) => {
    const answer = await raw(...lines);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(bodyOf(answer)).toMatchObject({ success: false, code: 'malformed' });
  });

  it('refuse TRACE and other methods that no operation has', async () => {
    for (const method of ['TRACE', 'PATCH', 'PROPFIND']) {
      const answer = await raw(`${method} /tasks HTTP/1.1`, 'Host: x', 'Connection: close', '', '');
      expect(answer).toMatch(/^HTTP\/1\.1 405 /);
      expect(answer).toMatch(/^Allow: GET, HEAD, OPTIONS\r$/m);
    }
  });
});

describe('the budget', () => {
  const LEFT = 'x-ratelimit-remaining';

  it('is in every answer, regardless of its status', async () => {
    const token = api.token(['viewer']);
    const requests: [string, string, Record<string, string>][] = [
      ...[
        '/health',
        '/livez',
        '/readyz',
        '/metrics',
        '/openapi.json',
        '/docs/',
        '/nowhere',
        '/tasks/%zz',
      ].map((path): [string, string, Record<string, string>] => ['get', path, {}]),
      ['get', '/tasks', {}],
      ['get', '/tasks', { Authorization: `Bearer ${token}` }],
      ['get', '/tasks?limit=0', { Authorization: `Bearer ${token}` }],
      ['get', `/tasks/${NO_ID}`, { Authorization: `Bearer ${token}` }],
      ['get', '/tasks', { Authorization: `Bearer ${token}`, Accept: 'application/vnd.provisioning.v9+json' }],
      ['post', CREATE, { Authorization: `Bearer ${token}` }],
      ['post', '/batch/execute', { Authorization: `Bearer ${token}` }],
      ['delete', '/tasks', {}],
      ['options', '/tasks', {}],
    ];
    for (const [method, path, headers] of requests) {
      const answer = await api.anonymous[method as 'get'](path).set(headers);
      const shown = ['limit', 'remaining', 'reset'].map((name) => answer.headers[`x-ratelimit-${name}`]);
      expect([method, path, answer.status, ...shown]).toEqual([
        method,
        path,
        answer.status,
        '1000',
        expect.stringMatching(/^\d+$/),
        expect.stringMatching(/^\d{10}$/),
      ]);
    }
  });

  it('is also used up by unknown addresses, methods and versions', async () => {
    const limited = await testApi({ RATE_LIMIT_GENERAL: '6' });
    const one = limited.as('viewer');
    expect((await one.get('/nowhere').expect(404)).headers[LEFT]).toBe('5');
    expect((await one.delete('/tasks').expect(405)).headers[LEFT]).toBe('4');
    expect(
      (await one.get('/tasks').set('Accept', 'application/vnd.provisioning.v2+json').expect(406)).headers[
        LEFT
      ],
    ).toBe('3');
    expect((await one.get('/tasks/%zz').expect(400)).headers[LEFT]).toBe('2');
    expect((await one.get('/tasks').expect(200)).headers[LEFT]).toBe('1');
    // Probes are not counted.
    await one.get('/health').expect(200);
    expect((await one.get('/tasks').expect(200)).headers[LEFT]).toBe('0');
    const refused = await one.get('/nowhere').expect(429);
    expect(refused.body.code).toBe('rate_limited');
    expect(refused.headers['retry-after']).toMatch(/^\d+$/);
    await limited.anonymous.get('/tasks').expect(401);
    await limited.stop();
  });
});

describe('versions', () => {
  const V1 = 'application/vnd.provisioning.v1+json';

  it.each([
    [undefined, 'application/json'],
    ['*/*', 'application/json'],
    ['application/*', 'application/json'],
    ['application/json', 'application/json'],
    [V1, V1],
    [`${V1};q=0.9, text/html`, V1],
    [`application/vnd.provisioning.v2+json, ${V1}`, V1],
    ['application/vnd.provisioning.v2+json, application/json', 'application/json'],
    ['text/html', 'application/json'],
  ])('Accept: %s gives %s', async (accept, type) => {
    const request = api.as('viewer').get('/tasks');
    const { headers } = await (
      accept === undefined ? request.unset('Accept') : request.set('Accept', accept)
    ).expect(200);
    expect(headers['content-type']).toContain(type);
    expect(headers['vary']).toContain('Accept');
  });

  it('that do not exist are refused with 406 for every operation, and the answer names the existing one', async () => {
    for (const { method, path, id, permission } of orchestratorOperations) {
      if (permission === 'service') continue;
      const url = path.replaceAll(/\{[a-z_]+\}/g, NO_ID);
      const { status, body } = await api
        .as('admin')
        [method](url)
        .set('Accept', 'application/vnd.provisioning.v2+json');
      // Probes are answered before everything else.
      if (['orchestratorLive', 'orchestratorReady'].includes(id)) continue;
      expect([id, status, body.error]).toEqual([id, 406, expect.stringContaining(V1)]);
    }
  });
});

describe('lists', () => {
  /** From the first page to the last by `next`, then back by `prev`. */
  async function walk(path: string, keyOf: (item: Record<string, unknown>) => unknown) {
    const first = await api.as('admin').get(path).expect(200);
    const there: unknown[] = [];
    let page = first;
    for (;;) {
      there.push(...(page.body.data as Record<string, unknown>[]).map(keyOf));
      expect(page.headers['x-total-count']).toBe(first.headers['x-total-count']);
      const next = linkOf(page.headers['link'], 'next');
      if (next === undefined) break;
      page = await api.as('admin').get(next).expect(200);
    }
    expect(linkOf(first.headers['link'], 'last')).toBe(page.request.url.replace(/^https?:\/\/[^/]+/, ''));
    const back: unknown[] = [];
    for (;;) {
      back.unshift(...(page.body.data as Record<string, unknown>[]).map(keyOf));
      const before = linkOf(page.headers['link'], 'prev');
      if (before === undefined) break;
      page = await api.as('admin').get(before).expect(200);
    }
    return { there, back, total: Number(first.headers['x-total-count']) };
  }

  function linkOf(header: string | undefined, rel: string): string | undefined {
    return new RegExp(`<([^>]*)>; rel="${rel}"`).exec(header ?? '')?.[1];
  }

  const byId = (item: Record<string, unknown>) => item['id'] ?? item['batch_id'] ?? item['snapshot_id'];

  beforeAll(async () => {
    const operator = api.as('operator');
    for (let n = 0; n < 7; n++) {
      await operator
        .post(CREATE)
        .send({ ...BODY, infra: `infra-${n}` })
        .expect(200);
      await operator
        .post('/rollback/checkpoints')
        .send({ name: `checkpoint ${n}` })
        .expect(201);
      await operator
        .post('/batch/execute')
        .send({
          name: 'paged',
          operations: [
            {
              id: 'one',
              type: 'server_batch',
              provider: 'local',
              server_configs: [{ name: 'web', plan: 'small', zone: 'a' }],
            },
          ],
        })
        .expect(200);
    }
  });

  it.each([
    ['/tasks?limit=3', 14],
    ['/tasks?limit=3&status=Pending', 14],
    ['/batch/operations?limit=3', 7],
    ['/rollback/checkpoints?limit=3', 7],
  ])('GET %s shows each row once in both directions', async (path, expected) => {
    const { there, back, total } = await walk(path, byId);
    expect(total).toBe(expected);
    expect(there).toHaveLength(expected);
    expect(new Set(there).size).toBe(expected);
    expect(back).toEqual(there);
    expect([...there].sort().reverse()).toEqual(there);
  });

  it('page the snapshots of one workflow too', async () => {
    const { body } = await api
      .as('operator')
      .post(CREATE)
      .send({ ...BODY, infra: uuidv7() });
    await api.as('operator').post(`/tasks/${body.data}/cancel`).expect(200);
    const { there, back, total } = await walk(`/state/workflows/${body.data}/snapshots?limit=1`, byId);
    expect([total, new Set(there).size]).toEqual([2, 2]);
    expect(back).toEqual(there);
  });

  it('all accept the same parameters, refuse the same ones, and describe the position of the page', async () => {
    const { body: task } = await api
      .as('operator')
      .post(CREATE)
      .send({ ...BODY, infra: uuidv7() });
    const built: string[] = [];
    for (const { id, path, success } of orchestratorOperations) {
      if (!success.list) continue;
      const url = path.replaceAll(/\{[a-z_]+\}/g, task.data as string);
      const { status, headers } = await api.as('admin').get(`${url}?limit=1&offset=5000`);
      if (status === 501) continue;
      // A workflow's own id is valid for its snapshots only.
      if (status === 404) continue;
      built.push(id);
      expect([id, headers['x-limit'], headers['x-offset']]).toEqual([id, '1', '5000']);
      expect(headers['link'] ?? '').not.toContain('rel="next"');
      for (const bad of ['limit=0', 'limit=1001', 'offset=-1', 'limit=1&limit=1', 'offset=1.5']) {
        const refused = await api.as('admin').get(`${url}?${bad}`);
        expect([id, bad, refused.status]).toEqual([id, bad, 400]);
      }
      const { headers: standard } = await api.as('admin').get(url).expect(200);
      expect([id, standard['x-limit'], standard['x-offset']]).toEqual([id, '50', '0']);
    }
    expect(built).toEqual(
      expect.arrayContaining([
        'listTasks',
        'listBatches',
        'listCheckpoints',
        'listWorkflowSnapshots',
        'listInventory',
        'listJournal',
      ]),
    );
  });
});
