import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { stoppedClock } from '../support/clock.js';
import { addUser, auditOf, callAs, dataOf, PASSWORD } from '../support/people.js';
import { startTestApi, type TestApi } from '../support/test-api.js';

interface Row {
  action: string;
  resource: string;
  result: string;
  user_id: string | null;
  username: string | null;
  session_id: string | null;
  ip: string;
  request_id: string;
  details: string;
}

describe('sign-ins in the audit trail', () => {
  const clock = stoppedClock();
  const slept: number[] = [];
  let service: TestApi;
  let user: { id: string; username: string };
  beforeAll(async () => {
    const delay = (milliseconds: number) => Promise.resolve(void slept.push(milliseconds));
    service = await startTestApi({ TRUST_PROXY: '1' }, { clock: clock.read, delay });
  });
  beforeEach(async () => {
    clock.forward(2 * 60 * 60_000);
    user = await addUser(service);
  });
  afterAll(() => service.close());

  const login = (body: object, ip = '192.0.2.1') =>
    service.http.post('/auth/login').set('X-Request-Id', 'asked').set('X-Forwarded-For', ip).send(body);
  const wrong = (ip?: string) => login({ username: user.username, password: 'wrong-password' }, ip);
  const right = (ip?: string) => login({ username: user.username, password: PASSWORD }, ip);
  const newest = async () =>
    (await service.api.opened.database<Row>('audit_log').orderBy('seq', 'desc').first()) as Row;
  const reasons = async () =>
    (await auditOf(service, user.id))
      .filter(({ action, result }) => action === 'auth.login' && result === 'denied')
      .map(({ details }) => details['reason']);

  it('record a success with its session', async () => {
    const { token } = dataOf<{ token: string }>(await right().expect(200));
    const [, payload = ''] = token.split('.');
    const { sid } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sid: string };
    expect(await newest()).toMatchObject({
      action: 'auth.login',
      resource: `users/${user.id}`,
      result: 'success',
      user_id: user.id,
      username: user.username,
      session_id: sid,
      ip: '192.0.2.1',
      request_id: 'asked',
      details: '{"second_factor":"none"}',
    });
  });

  it('record the reason of a refusal, which the answer does not contain', async () => {
    const admin = callAs(service, await service.token());
    await wrong().expect(401);
    await admin('put', `/users/${user.id}`, { enabled: false }).expect(200);
    await right('192.0.2.2').expect(401);
    await admin('put', `/users/${user.id}`, { enabled: true }).expect(200);
    for (let i = 0; i < 4; i += 1) await wrong().expect(401);
    await right().expect(401);
    expect(await reasons()).toEqual([
      'wrong_password',
      'disabled',
      ...Array<string>(4).fill('wrong_password'),
      'locked',
    ]);
    const locks = (await auditOf(service, user.id)).filter(({ action }) => action === 'auth.lock');
    expect(locks.map(({ details }) => details)).toEqual([{ of: 'password', failures: 5 }]);
  });

  it('do not record unknown usernames: people type passwords into that field', async () => {
    await login({ username: 'my-secret-password', password: 'x' }).expect(401);
    const row = await newest();
    expect(row).toMatchObject({ action: 'auth.login', resource: 'users/*', user_id: null, username: null });
    expect(JSON.parse(row.details)).toEqual({
      reason: 'unknown_user',
      name_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('are followed by sign-outs, ended sessions and refresh tokens used twice', async () => {
    const first = dataOf<{ token: string }>(await right().expect(200)).token;
    const second = dataOf<{ token: string }>(await right().expect(200)).token;
    const third = dataOf<{ token: string }>(await right().expect(200)).token;
    await callAs(service, first)('post', '/auth/logout').expect(200);
    const sessions = dataOf<{ id: string; current: boolean }[]>(
      await callAs(service, second)('get', '/auth/sessions').expect(200),
    );
    await callAs(service, third)(
      'delete',
      `/auth/sessions/${sessions.find(({ current }) => current)!.id}`,
    ).expect(200);
    await service.http.post('/auth/refresh').send({ token: third }).expect(200);
    clock.forward(10_001);
    await service.http.post('/auth/refresh').send({ token: third }).expect(401);
    await service.http.post('/auth/refresh').send({ token: third }).expect(401);
    const events = (await auditOf(service, user.id)).filter(({ action }) => action !== 'auth.login');
    expect(events.map(({ action, result }) => [action, result])).toEqual([
      ['user.create', 'success'],
      ['auth.logout', 'success'],
      ['session.end', 'success'],
      ['auth.refresh_reuse', 'denied'],
    ]);
  });

  it('that cannot be recorded are answered with 503, and create no session', async () => {
    const { database } = service.api.opened;
    const sessions = async () => (await database('sessions').where({ user_id: user.id })).length;
    await database.raw('alter table audit_log rename to audit_log_away');
    try {
      const { body } = await right().expect(503);
      expect(body).toMatchObject({ success: false, code: 'audit_unavailable' });
      expect(await sessions()).toBe(0);
    } finally {
      await database.raw('alter table audit_log_away rename to audit_log');
    }
    await right().expect(200);
    expect(await sessions()).toBe(1);
  });

  it('of one user from many clients are delayed, never refused', async () => {
    slept.length = 0;
    for (let client = 0; client < 50; client += 1) await wrong(`198.51.100.${client}`).expect(401);
    expect(slept).toEqual([]);
    await right('203.0.113.1').expect(200);
    expect(slept).toEqual([250]);
    // Other users do not wait.
    await service.token();
    expect(slept).toEqual([250]);
  });
});
