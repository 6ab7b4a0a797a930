import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createKeyring, issueToken } from '@provisioning/auth-token';
import { stoppedClock } from '../support/clock.js';
import { ADMIN_PASSWORD, JWT_SECRET, startTestApi, type TestApi } from '../support/test-api.js';

describe('sessions', () => {
  const clock = stoppedClock();
  let service: TestApi;
  beforeAll(async () => {
    service = await startTestApi({}, { clock: clock.read });
  });
  afterAll(() => service.close());

  const refresh = (token: string) => service.http.post('/auth/refresh').send({ token });
  const newTokenOf = (answer: { body: unknown }) => (answer.body as { data: { token: string } }).data.token;
  const use = (token: string) => service.http.get('/users').auth(token, { type: 'bearer' });

  it('end at sign-out', async () => {
    const token = await service.token();
    const other = await service.token();
    const { body } = await service.http.post('/auth/logout').auth(token, { type: 'bearer' }).expect(200);
    expect(body).toEqual({ success: true, data: 'Successfully logged out' });
    const refused = await use(token).expect(401);
    expect(refused.body).toMatchObject({ success: false, code: 'token_revoked' });
    await refresh(token).expect(401);
    await use(other).expect(200);
  });

  it('replace the old token by a new one, and refuse the old one at once', async () => {
    const old = await service.token();
    const answer = await refresh(old).expect(200);
    expect(answer.body).toEqual({
      success: true,
      data: {
        token: expect.any(String),
        expires_at: new Date(Math.floor(clock.read().getTime() / 1000 + 28_800) * 1000).toISOString(),
      },
    });
    await use(old).expect(401);
    await use(newTokenOf(answer)).expect(200);
  });

  it('return one new token when one token is refreshed 20 times at once', async () => {
    const old = await service.token();
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(old)));
    const good = answers.filter(({ status }) => status === 200);
    expect(good).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(19);
    await use(newTokenOf(good[0]!)).expect(200);
  });

  it('survive a repeated refresh within ten seconds, not a later one', async () => {
    const first = await service.token();
    const second = newTokenOf(await refresh(first).expect(200));
    clock.forward(4_000);
    const third = newTokenOf(await refresh(second).expect(200));
    clock.forward(5_000);
    await refresh(first).expect(401);
    await use(third).expect(200);
    clock.forward(2_000);
    // Eleven seconds after it was replaced, although its successor was replaced only seven seconds ago.
    await refresh(first).expect(401);
    await use(third).expect(401);
    await refresh(third).expect(401);
  });

  it('end after 24 hours, however often they are refreshed', async () => {
    let token = await service.token();
    for (const hours of [7, 7, 7]) {
      clock.forward(hours * 3_600_000);
      token = newTokenOf(await refresh(token).expect(200));
    }
    clock.forward(3 * 3_600_000 - 1_000);
    await use(token).expect(200);
    clock.forward(10_000);
    await use(token).expect(401);
    await refresh(token).expect(401);
  });

  it('do not accept forged tokens', async () => {
    const token = await service.token();
    const [header, payload, signature] = token.split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, string>;
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const subject = {
      userId: claims['sub']!,
      username: 'admin',
      roles: ['admin', 'operator'],
      sessionId: claims['sid']!,
    };
    const sign = (secret: string, changes: object) =>
      issueToken(createKeyring([secret]), { ...subject, ...changes }, 3600, clock.read()).token;
    const forged = {
      'no signature': `${encode({ alg: 'none', typ: 'JWT' })}.${payload}.`,
      'other claims': `${header}.${encode({ ...claims, roles: ['admin', 'more'] })}.${signature}`,
      'another secret': sign('x'.repeat(40), {}),
      'a token id that the session does not have': sign(JWT_SECRET, {}),
      'a session that does not exist': sign(JWT_SECRET, {
        sessionId: '0199a8f2-0000-7000-8000-000000000001',
      }),
      'no session id': sign(JWT_SECRET, { sessionId: "' or 1=1 --" }),
      'no token': 'abc',
    };
    const answers = await Promise.all(
      Object.entries(forged).map(async ([what, text]) => [
        what,
        (await use(text)).status,
        (await refresh(text)).status,
      ]),
    );
    expect(answers).toEqual(Object.keys(forged).map((what) => [what, 401, 401]));
    await use(token).expect(200);
  });

  it('are listed and ended by their owner only', async () => {
    await service.http
      .post('/users')
      .auth(await service.token(), { type: 'bearer' })
      .send({ username: 'olga', email: 'olga@example.com', password: 'secure_password', roles: ['viewer'] })
      .expect(201);
    const [first, second] = [
      await service.token('olga', 'secure_password'),
      await service.token('olga', 'secure_password'),
    ];
    const list = async () => {
      const { body } = await service.http.get('/auth/sessions').auth(second, { type: 'bearer' }).expect(200);
      return (body as { data: { id: string; current: boolean }[] }).data;
    };
    const sessions = await list();
    expect(sessions.map(({ current }) => current)).toEqual([true, false]);
    const end = (id: string, as: string) =>
      service.http.delete(`/auth/sessions/${id}`).auth(as, { type: 'bearer' });
    await end(sessions[1]!.id, await service.token()).expect(404);
    await use(first).expect(403);
    await end(sessions[1]!.id, second).expect(200);
    await use(first).expect(401);
    expect(await list()).toHaveLength(1);
  });

  it('require a bearer token', async () => {
    await service.http.get('/users').expect(401).expect('WWW-Authenticate', 'Bearer');
    await service.http.get('/users').set('Authorization', `Basic ${ADMIN_PASSWORD}`).expect(401);
    await service.http.post('/auth/logout').expect(401);
  });
});
