import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createKeyring, hashApiToken, issueServiceToken, makeApiToken } from '@provisioning/auth-token';
import { stoppedClock } from '../support/clock.js';
import { addUser, auditOf, callAs, dataOf, PASSWORD } from '../support/people.js';
import { JWT_SECRET, startTestApi, type TestApi } from '../support/test-api.js';

const DAY = 24 * 60 * 60_000;
const keyring = createKeyring([JWT_SECRET]);

interface Created {
  id: string;
  token: string;
}

describe('API tokens', () => {
  const clock = stoppedClock(new Date());
  let service: TestApi;
  let owner: { id: string; username: string };
  let session: string;
  let names = 0;
  beforeAll(async () => {
    service = await startTestApi({}, { clock: clock.read });
  });
  beforeEach(async () => {
    owner = await addUser(service, ['admin', 'viewer']);
    session = await service.token(owner.username, PASSWORD);
  });
  afterAll(() => service.close());

  const requestFor = (changes: object = {}) => ({
    name: `deploy ${(names += 1)}`,
    roles: ['admin'],
    expires_at: new Date(clock.read().getTime() + 30 * DAY).toISOString(),
    ...changes,
  });
  const create = async (changes: object = {}) =>
    dataOf<Created>(await callAs(service, session)('post', '/tokens', requestFor(changes)).expect(201));
  const use = (token: string) => callAs(service, token)('get', '/users');
  const change = async (body: object) =>
    callAs(service, await service.token())('put', `/users/${owner.id}`, body).expect(200);
  const introspect = async (token: string) => {
    const answer = await service.internal
      .post('/internal/introspect')
      .auth(issueServiceToken(keyring, 'orchestrator'), { type: 'bearer' })
      .send({ token_hash: hashApiToken(token) })
      .expect(200);
    return dataOf<{ token: { id: string; roles: string[]; user: { id: string } } | null }>(answer).token;
  };

  it('are created once for an Idempotency-Key, and returned again to the same request', async () => {
    const request = requestFor();
    const send = (body: object = request) =>
      callAs(service, session)('post', '/tokens', body).set('Idempotency-Key', `key-${names}`);
    const [one, other] = await Promise.all([send(), send()]);
    expect([one.status, other.status]).toEqual([201, 201]);
    expect(one.body.data).toEqual(other.body.data);
    await use(dataOf<Created>(one).token).expect(200);
    const listed = await callAs(service, session)('get', '/tokens').expect(200);
    expect(dataOf<Created[]>(listed)).toHaveLength(1);
    const changed = await send({ ...request, name: 'another' }).expect(409);
    expect(changed.body.code).toBe('idempotency_key_reused');
  });

  it('are shown once, stored as a digest, and act as their owner', async () => {
    const request = requestFor();
    const answer = await callAs(service, session)('post', '/tokens', request).expect(201);
    const created = dataOf<Created & Record<string, unknown>>(answer);
    expect(created).toEqual({
      id: expect.any(String),
      name: request.name,
      roles: ['admin'],
      created_at: clock.read().toISOString(),
      expires_at: request.expires_at,
      last_used_at: null,
      token: expect.stringMatching(/^prv_[0-9A-Za-z]{36}$/),
    });
    expect(answer.headers['location']).toBe(`/tokens/${created.id}`);
    await use(created.token).expect(200);
    const { token: _shownOnce, ...rest } = created;
    const listed = await callAs(service, session)('get', '/tokens').expect(200);
    expect(dataOf(listed)).toEqual([{ ...rest, last_used_at: clock.read().toISOString() }]);
    const dump = JSON.stringify([
      await service.api.opened.database('api_tokens'),
      await service.api.opened.database('audit_log'),
    ]);
    expect(dump).not.toContain(created.token);
  });

  it('have only roles that their owner has, at creation and at each use', async () => {
    await callAs(service, session)('post', '/tokens', requestFor({ roles: ['operator'] })).expect(422);
    const { token } = await create({ roles: ['admin', 'viewer'] });
    expect((await introspect(token))?.roles).toEqual(['admin', 'viewer']);
    await change({ roles: ['viewer', 'operator'] });
    expect((await introspect(token))?.roles).toEqual(['viewer']);
    await use(token).expect(403);
    // A role that is granted again does not return to the token, and a token without any role ends.
    await change({ roles: ['viewer', 'admin'] });
    expect((await introspect(token))?.roles).toEqual(['viewer']);
    await change({ roles: ['admin'] });
    expect(await introspect(token)).toBeNull();
    await change({ roles: ['viewer'] });
    await use(token).expect(401);
  });

  it('expire within a year', async () => {
    const at = (milliseconds: number) => ({
      expires_at: new Date(clock.read().getTime() + milliseconds).toISOString(),
    });
    const post = (body: object) => callAs(service, session)('post', '/tokens', requestFor(body));
    for (const life of [0, -DAY, 367 * DAY]) await post(at(life)).expect(422);
    await callAs(service, session)('post', '/tokens', { name: 'no end', roles: ['admin'] }).expect(422);
    const { token } = await create(at(1_000));
    await use(token).expect(200);
    clock.forward(1_000);
    await use(token).expect(401);
    expect(await introspect(token)).toBeNull();
  });

  it('are revoked by their owner only, and refused at once by both services', async () => {
    const { id, token } = await create();
    const other = await addUser(service);
    const stranger = callAs(service, await service.token(other.username, PASSWORD));
    await stranger('delete', `/tokens/${id}`).expect(404);
    await use(token).expect(200);
    await callAs(service, session)('delete', `/tokens/${id}`).expect(200);
    await use(token).expect(401);
    expect(await introspect(token)).toBeNull();
    await callAs(service, session)('delete', `/tokens/${id}`).expect(404);
    const { database } = service.api.opened;
    expect(await database('revocations').where({ subject: id })).toEqual([
      expect.objectContaining({ kind: 'api_token' }),
    ]);
  });

  it('of a disabled or deleted user are refused at once', async () => {
    const { token } = await create();
    await change({ enabled: false });
    await use(token).expect(401);
    expect(await introspect(token)).toBeNull();
    await change({ enabled: true });
    await use(token).expect(401);
    session = await service.token(owner.username, PASSWORD);
    const another = await create();
    await callAs(service, await service.token())('delete', `/users/${owner.id}`).expect(200);
    await use(another.token).expect(401);
    expect(await introspect(another.token)).toBeNull();
    const { database } = service.api.opened;
    const revoked = await database('revocations').where({ kind: 'user', subject: owner.id });
    expect(revoked.length).toBeGreaterThanOrEqual(2);
  });

  it.each([
    [
      'their owner changes the password',
      () =>
        callAs(service, session)('post', '/auth/password', {
          password: PASSWORD,
          new_password: 'another_secure_one',
        }),
    ],
    [
      'an admin sets another password',
      async () =>
        callAs(service, await service.token())('put', `/users/${owner.id}`, {
          password: 'another_secure_one',
        }),
    ],
    [
      'an admin takes the second factor off',
      async () => callAs(service, await service.token())('delete', `/users/${owner.id}/mfa`),
    ],
  ])('end when %s, in both services', async (_what, act) => {
    const [one, other] = [await create(), await create({ roles: ['viewer'] })];
    expect((await act()).status).toBe(200);
    for (const { id, token } of [one, other]) {
      await use(token).expect(401);
      expect(await introspect(token)).toBeNull();
      expect(await service.api.opened.database('revocations').where({ subject: id })).toHaveLength(1);
    }
    const [last] = (await auditOf(service, owner.id)).slice(-1);
    expect(last).toMatchObject({ result: 'success', details: { api_tokens_ended: 2 } });
  });

  it('cannot change how a user signs in, nor create tokens', async () => {
    const { id, token } = await create();
    const call = callAs(service, token);
    const forbidden: [method: 'get' | 'post' | 'put' | 'delete', path: string, body?: object][] = [
      ['post', '/tokens', requestFor()],
      ['get', '/tokens'],
      ['delete', `/tokens/${id}`],
      ['post', '/auth/logout'],
      ['get', '/auth/sessions'],
      ['delete', `/auth/sessions/${id}`],
      ['post', '/auth/mfa/enroll', { password: PASSWORD }],
      ['post', '/auth/mfa/confirm', { code: '123456' }],
      ['post', '/auth/mfa/disable', { password: PASSWORD }],
      ['post', '/auth/mfa/recovery-codes', { password: PASSWORD }],
      ['put', `/users/${owner.id}`, { password: 'another_password' }],
      ['delete', `/users/${owner.id}/mfa`],
    ];
    for (const [method, path, body] of forbidden) {
      const answer = await call(method, path, body);
      expect([path, answer.status, (answer.body as { code: string }).code]).toEqual([
        path,
        403,
        'session_required',
      ]);
    }
    await call('post', '/auth/refresh', { token }).expect(401);
    await service.http.post('/auth/login').send({ username: owner.username, password: token }).expect(401);
    // Everything else that its role allows is allowed.
    await call('put', `/users/${owner.id}`, { email: `moved-${owner.id}@example.com` }).expect(200);
    await service.token(owner.username, PASSWORD);
  });

  it('with a wrong checksum are refused without a query', async () => {
    const { token } = await create();
    const asked: string[] = [];
    const { database } = service.api.opened;
    const listen = ({ sql }: { sql: string }) => {
      if (sql.includes('api_tokens')) asked.push(sql);
    };
    database.on('query', listen);
    const last = token.endsWith('0') ? '1' : '0';
    await use(token.slice(0, -1) + last).expect(401);
    await use('prv_').expect(401);
    expect(asked).toEqual([]);
    await use(makeApiToken()).expect(401);
    expect(asked).toHaveLength(1);
    database.off('query', listen);
  });

  it('have a name that is unique among the owner’s tokens', async () => {
    const request = requestFor();
    const post = () => callAs(service, session)('post', '/tokens', request);
    const { id } = dataOf<Created>(await post().expect(201));
    expect((await post().expect(409)).body).toMatchObject({ code: 'token_name_taken' });
    await callAs(service, session)('delete', `/tokens/${id}`).expect(200);
    await post().expect(201);
  });

  it('are recorded in the audit trail when created and ended', async () => {
    const { id } = await create({ name: 'release' });
    await callAs(service, session)('delete', `/tokens/${id}`).expect(200);
    const events = (await auditOf(service, owner.id)).filter(({ action }) => action.startsWith('token.'));
    expect(events).toEqual([
      {
        action: 'token.create',
        result: 'success',
        details: expect.objectContaining({ name: 'release', roles: ['admin'] }),
      },
      { action: 'token.revoke', result: 'success', details: { name: 'release' } },
    ]);
  });
});
