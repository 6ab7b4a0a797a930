import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createKeyring, readClientAddress } from '@provisioning/auth-token';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '@provisioning/test-kit';
import supertest from 'supertest';
import { follow } from '../support/event-client.js';
import { FakePublicApi } from '../support/fake-public-api.js';
import { liveApis, type LiveApis } from '../support/live-apis.js';
import { SECRET } from '../support/test-api.js';

const OWN = { 'X-Provisioning-Console': '1' };
const EXPIRES = new Date(Date.now() + 3_600_000).toISOString();

let controlCenter: FakePublicApi;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let apis: LiveApis;
let url: string;
let signedIn: { Cookie: string };
let token: string;

beforeAll(async () => {
  controlCenter = new FakePublicApi();
  await controlCenter.start();
  folder = await temporaryFolder('console');
  await mkdir(join(folder.path, 'assets'));
  await writeFile(join(folder.path, 'index.html'), '<script type="module" src="./assets/main.js"></script>');
  await writeFile(join(folder.path, 'assets/main.js'), 'start();'.repeat(100));
  apis = await liveApis(1, { CONTROL_CENTER_URL: controlCenter.url }, { consoleFolder: folder.path });
  url = apis.urls[0]!;
  token = apis.token(['admin']);
  signedIn = { Cookie: `provisioning_console=${token}` };
});
afterAll(async () => {
  await apis.stop();
  await controlCenter.stop();
  await folder.remove();
});
beforeEach(() => void controlCenter.received.splice(0));

const http = () => supertest(url);
const cookiesOf = (answer: supertest.Response) => (answer.headers['set-cookie'] ?? []) as unknown as string[];
const answerJson = (status: number, body: unknown) => {
  controlCenter.answer = (_request, response) => {
    response.writeHead(status, {
      'Content-Type': 'application/json',
      'Retry-After': '7',
      'Set-Cookie': 'x=y',
    });
    response.end(JSON.stringify(body));
  };
};

describe('a sign-in at the console', () => {
  it('stores the token where no script can read it, and puts it into no answer', async () => {
    answerJson(200, { success: true, data: { token, expires_at: EXPIRES, user: {} } });
    const answer = await http().post('/console/session').set(OWN).send({ username: 'a', password: 'b' });
    expect(answer.status).toBe(200);
    expect(answer.body.data).toMatchObject({ user: { username: 'admin', roles: ['admin'] }, scope: null });
    expect(answer.text).not.toContain(token);
    const [first, ...others] = cookiesOf(answer);
    expect(first).toContain(`provisioning_console=${token}; Path=/console/; Max-Age=`);
    expect(first).toMatch(/; HttpOnly; SameSite=Strict$/);
    expect(others.every((cookie) => cookie.includes('=; ') && cookie.includes('Max-Age=0'))).toBe(true);
    expect(controlCenter.received).toMatchObject([
      { method: 'POST', url: '/auth/login', body: '{"username":"a","password":"b"}' },
    ]);
  });

  it('passes on the refusal of the control center unchanged', async () => {
    answerJson(401, { success: false, error: 'A code is needed.', code: 'mfa_required' });
    const answer = await http().post('/console/session').set(OWN).send({ username: 'a', password: 'b' });
    expect(answer.status).toBe(401);
    expect(answer.body).toMatchObject({ code: 'mfa_required' });
    expect(cookiesOf(answer)).toEqual([]);
    expect(answer.headers['retry-after']).toBe('7');
  });

  it('returns the signed-in user, and none without a valid token', async () => {
    const within = await http().get('/console/session').set(OWN).set(signedIn).expect(200);
    expect(within.body.data).toMatchObject({ user: { username: 'admin' } });
    for (const cookie of ['', 'provisioning_console=x.y.z']) {
      const without = await http().get('/console/session').set(OWN).set('Cookie', cookie).expect(200);
      expect(without.body.data).toEqual({ user: null, expires_at: null, scope: null, mode: 'development' });
    }
    await http().post('/console/session/refresh').set(OWN).expect(401);
  });

  it('renews the token with the one of the cookie', async () => {
    const fresh = apis.token(['viewer']);
    answerJson(200, { success: true, data: { token: fresh, expires_at: EXPIRES } });
    const answer = await http().post('/console/session/refresh').set(OWN).set(signedIn).expect(200);
    expect(cookiesOf(answer)[0]).toContain(`provisioning_console=${fresh};`);
    expect(JSON.parse(controlCenter.received[0]!.body)).toEqual({ token });
  });

  it('ends with the cookie and the session', async () => {
    answerJson(200, { success: true, data: '' });
    const answer = await http().delete('/console/session').set(OWN).set(signedIn).expect(200);
    expect(cookiesOf(answer)[0]).toContain('provisioning_console=; Path=/console/; Max-Age=0');
    expect(controlCenter.received).toMatchObject([
      { method: 'POST', url: '/auth/logout', headers: { authorization: `Bearer ${token}` } },
    ]);
  });

  it('keeps a token that is longer than a cookie may be', async () => {
    const many = apis.token(Array.from({ length: 40 }, (_, n) => `role-${n}-${'x'.repeat(32)}`));
    expect(many.length).toBeGreaterThan(4_000);
    answerJson(200, { success: true, data: { token: many, expires_at: EXPIRES } });
    const answer = await http().post('/console/session').set(OWN).send({}).expect(200);
    const cookies = cookiesOf(answer).map((cookie) => cookie.split(';')[0]!);
    expect(cookies.every((cookie) => cookie.length < 4_000)).toBe(true);
    const shown = await http().get('/console/session').set(OWN).set('Cookie', cookies.join('; '));
    expect(shown.body.data.user.roles).toHaveLength(40);
  });
});

describe('a call of a page', () => {
  it('reaches the orchestrator with the token of the cookie', async () => {
    const answer = await http().get('/console/api/orchestrator/tasks?limit=1').set(OWN).set(signedIn);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ success: true, data: [] });
  });

  it('reaches the control center with the token, the address and the user agent, and without the cookie', async () => {
    answerJson(200, { success: true, data: [] });
    const answer = await http()
      .get('/console/api/control-center/users?limit=2')
      .set(OWN)
      .set(signedIn)
      .set('User-Agent', 'a browser')
      .set('X-Provisioning-Client', 'forged')
      .set('X-Forwarded-For', '192.0.2.1')
      .expect(200);
    const [received] = controlCenter.received;
    expect(received).toMatchObject({ method: 'GET', url: '/users?limit=2' });
    expect(received!.headers).toMatchObject({ authorization: `Bearer ${token}`, 'user-agent': 'a browser' });
    expect(received!.headers).not.toHaveProperty('cookie');
    expect(received!.headers).not.toHaveProperty('x-forwarded-for');
    const address = String(received!.headers['x-provisioning-client']);
    expect(readClientAddress(createKeyring([SECRET]), address)).toMatch(/127\.0\.0\.1$/);
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it('sends its body, up to the limit', async () => {
    answerJson(200, { success: true, data: '' });
    const path = '/console/api/control-center/auth/password';
    await http().post(path).set(OWN).set(signedIn).send({ password: 'a' }).expect(200);
    expect(controlCenter.received).toMatchObject([{ url: '/auth/password', body: '{"password":"a"}' }]);
    const large = await http()
      .post(path)
      .set(OWN)
      .set(signedIn)
      .send({ password: 'a'.repeat(200_000) });
    expect(large.status).toBe(413);
  });

  it('is answered 503 with a code during an outage of the control center, which affects no other calls', async () => {
    controlCenter.answer = (_request, response) => void response.destroy();
    const answer = await http().get('/console/api/control-center/users').set(OWN).set(signedIn);
    expect(answer.status).toBe(503);
    expect(answer.body).toMatchObject({ code: 'control_center_unavailable' });
    await http().get('/console/').set('Accept', 'text/html').expect(200);
    await http().get('/console/api/orchestrator/tasks').set(OWN).set(signedIn).expect(200);
  });

  it.each([
    'GET /console/api/control-center/internal/policy-bundle',
    'POST /console/api/control-center/auth/login',
    'POST /console/api/control-center/auth/refresh',
    'POST /console/api/control-center/auth/logout',
    'GET /console/api/control-center/users/../internal/revocations',
    'GET /console/api/control-center/users/%2e%2e',
    'GET /console/api/control-center//users',
    'DELETE /console/api/control-center/users',
    'GET /console/api/orchestrator/docs/',
    'GET /console/api/orchestrator/console/session',
    'GET /console/api/elsewhere/tasks',
    'GET /console/download/control-center/internal/revocations?as=text/csv',
  ])('is refused where there is no such operation: %s', async (line) => {
    const [method = '', path = ''] = line.split(' ');
    const answer = await rawRequest(method, path, { ...OWN, ...signedIn });
    expect(answer).toBe(404);
    expect(controlCenter.received).toEqual([]);
  });
});

describe('a request that another site makes the browser send', () => {
  const paths = [
    'GET /console/session',
    'DELETE /console/session',
    'POST /console/session',
    'POST /console/session/refresh',
    'GET /console/api/orchestrator/tasks',
    'POST /console/api/orchestrator/batch/execute',
    'GET /console/api/control-center/users',
  ];
  it.each(
    paths.flatMap(
      (line) =>
        [
          [line, 'without the header of the console', {}],
          [line, 'from another site', { ...OWN, 'Sec-Fetch-Site': 'cross-site' }],
          [line, 'from a sibling domain', { ...OWN, 'Sec-Fetch-Site': 'same-site' }],
          [line, 'with a foreign origin', { ...OWN, Origin: 'https://evil.example' }],
          [line, 'from a sandboxed frame', { ...OWN, Origin: 'null' }],
          [line, 'from an allowed origin of the API', { ...OWN, Origin: 'https://console.example.com' }],
        ] as const,
    ),
  )('does nothing: %s %s', async (line, _what, headers) => {
    const [method = '', path = ''] = line.split(' ');
    expect(await rawRequest(method, path, { ...signedIn, ...headers })).toBe(403);
    expect(controlCenter.received).toEqual([]);
  });

  it('opens no WebSocket', async () => {
    const { ticket } = (
      await http().post('/console/api/orchestrator/ws/ticket').set(OWN).set(signedIn).expect(200)
    ).body.data as { ticket: string };
    const base = `${url}/console/api/orchestrator`;
    await expect(follow(base, { ticket }, { Origin: 'https://evil.example' })).rejects.toThrow('403');
    const opened = await follow(base, { ticket }, { Origin: url });
    await opened.leave();
  });

  it('opens no WebSocket with only the cookie', async () => {
    const base = `${url}/console/api/orchestrator`;
    await expect(follow(base, {}, { Origin: url, ...signedIn })).rejects.toThrow('401');
  });

  it('downloads nothing', async () => {
    const path = '/console/download/control-center/audit/logs?as=text/csv';
    expect(await rawRequest('GET', path, { ...signedIn, 'Sec-Fetch-Site': 'cross-site' })).toBe(403);
  });
});

describe('outside of /console/', () => {
  it('cookies are ignored', async () => {
    await http().get('/tasks').set(OWN).set(signedIn).expect(401);
  });

  it('a bearer token is ignored inside', async () => {
    const bearer = { Authorization: `Bearer ${token}` };
    await http().get('/console/api/orchestrator/tasks').set(OWN).set(bearer).expect(401);
    answerJson(401, {});
    await http().get('/console/api/control-center/users').set(OWN).set(bearer).expect(401);
    expect(controlCenter.received[0]!.headers).not.toHaveProperty('authorization');
  });
});

describe('a download', () => {
  it('is a file that runs nothing', async () => {
    controlCenter.answer = (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/csv' });
      response.end('a,b\n');
    };
    const answer = await http()
      .get('/console/download/control-center/audit/logs?as=text/csv&action=read')
      .set(signedIn)
      .expect(200);
    expect(answer.text).toBe('a,b\n');
    expect(answer.headers).toMatchObject({
      'content-security-policy': 'sandbox',
      'content-disposition': 'attachment; filename="audit-logs.csv"',
      'x-content-type-options': 'nosniff',
    });
    expect(controlCenter.received).toMatchObject([
      { url: '/audit/logs?action=read', headers: { accept: 'text/csv' } },
    ]);
  });

  it('of the log of a task comes from the orchestrator', async () => {
    const id = await apis.task('production');
    const answer = await http()
      .get(`/console/download/orchestrator/tasks/${id}/logs?as=text/plain&show=1`)
      .set(signedIn)
      .expect(200);
    expect(answer.headers).toMatchObject({
      'content-type': expect.stringContaining('text/plain'),
      'content-disposition': 'inline',
      'content-security-policy': 'sandbox',
    });
  });

  it('must be of a type that a browser does not run', async () => {
    await http().get('/console/download/orchestrator/tasks?as=text/html').set(signedIn).expect(400);
  });
});

describe('the files', () => {
  it('are one page at every address, under a strict policy', async () => {
    for (const path of ['/console/', '/console/tasks/1?tab=log']) {
      const answer = await http().get(path).set('Accept', 'text/html').expect(200);
      expect(answer.text).toContain('src="/console/assets/main.js"');
      expect(answer.headers['cache-control']).toBe('no-cache');
      expect(answer.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/);
    }
  });

  it('are cached by browsers when their name contains the hash of their content', async () => {
    const answer = await http().get('/console/assets/main.js').set('Accept-Encoding', 'gzip').expect(200);
    expect(answer.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-encoding': 'gzip',
      'content-type': 'text/javascript; charset=utf-8',
    });
    expect(answer.text).toBe('start();'.repeat(100));
    await http().get('/console/assets/other.js').expect(404);
    await http().post('/console/').set(OWN).expect(405);
  });

  it('are where / redirects a browser, and no other client', async () => {
    const browser = await http().get('/').set('Accept', 'text/html,*/*').expect(302);
    expect(browser.headers['location']).toBe('console/');
    const other = await http().get('/').set('Accept', 'application/json').expect(302);
    expect(other.headers['location']).toBe('docs/');
    await http().get('/console').expect(308);
  });
});

/** supertest normalizes paths; this sends them unchanged. */
async function rawRequest(method: string, path: string, headers: Record<string, string>): Promise<number> {
  const { request } = await import('node:http');
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.once('error', reject);
    sent.end();
  });
}
