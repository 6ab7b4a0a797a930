import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger, type Logger } from '@provisioning/runtime';
import { ADMIN_PASSWORD, startTestApi, type TestApi } from '../support/test-api.js';

type Body = Record<string, unknown>;

const NO_USER = '0199a8f2-0000-7000-8000-000000000001';

describe('users', () => {
  let service: TestApi;
  let token: string;
  let names = 0;
  const logged: object[] = [];
  beforeAll(async () => {
    const log: Logger = {
      ...silentLogger,
      info: (message, fields = {}) => {
        if (message === 'decision') logged.push(fields);
      },
    };
    service = await startTestApi({}, { log });
  });
  beforeEach(async () => {
    token = await service.token();
  });
  afterAll(() => service.close());

  const call = (method: 'get' | 'post' | 'put' | 'delete', path: string, body?: unknown, as = token) =>
    service.http[method](path)
      .auth(as, { type: 'bearer' })
      .send(body as object | undefined);
  const newUser = (changes: Body = {}): Body => {
    const username = `user-${(names += 1)}`;
    return {
      username,
      email: `${username}@example.com`,
      password: 'secure_password',
      roles: ['operator'],
      enabled: true,
      ...changes,
    };
  };
  const create = async (changes: Body = {}) => {
    const user = newUser(changes);
    const answer = await call('post', '/users', user).expect(201);
    return { ...user, ...(answer.body as { data: { id: string; username: string } }).data };
  };
  const dataOf = <T>(answer: { body: unknown }) => (answer.body as { data: T }).data;

  it('are created as documented', async () => {
    const request = {
      username: 'newuser',
      email: 'newuser@example.com',
      password: 'secure_password',
      roles: ['operator'],
      enabled: true,
    };
    const { body, headers } = await call('post', '/users', request).expect(201);
    const id = expect.stringMatching(/^[0-9a-f-]{36}$/);
    expect(body).toEqual({
      success: true,
      data: { id, username: 'newuser', email: 'newuser@example.com', roles: ['operator'], enabled: true },
    });
    expect(headers['location']).toBe(`/users/${(body as { data: { id: string } }).data.id}`);
    await service.token('newuser', 'secure_password');
  });

  it('are created once for an Idempotency-Key, also for concurrent requests', async () => {
    const request = newUser();
    const post = (body: Body, key = 'once-only') => call('post', '/users', body).set('Idempotency-Key', key);
    const answers = await Promise.all(Array.from({ length: 6 }, () => post(request)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 201));
    expect(
      new Set(answers.map(({ body, headers }) => JSON.stringify([body, headers['location']]))).size,
    ).toBe(1);
    expect(answers.filter(({ headers }) => headers['idempotent-replayed'] === 'true')).toHaveLength(5);
    const other = await post({ ...request, roles: ['admin'] });
    expect([other.status, (other.body as Body)['code']]).toEqual([409, 'idempotency_key_reused']);
    // Without a key the second request creates a user of the same name.
    const { body } = await post(request, 'another').expect(409);
    expect((body as Body)['code']).not.toBe('idempotency_key_reused');
    // Another password is another request, although no plain digest of either is stored.
    await post({ ...request, password: 'another_secure_one' }).expect(409);
  });

  it('are shown without secrets', async () => {
    const { id } = await create();
    const { body, text } = await call('get', `/users/${id}`).expect(200);
    expect(Object.keys(dataOf<Body>({ body })).sort()).toEqual([
      'created_at',
      'email',
      'enabled',
      'id',
      'last_login',
      'mfa_enabled',
      'roles',
      'updated_at',
      'username',
    ]);
    expect(dataOf<Body>({ body })['last_login']).toBeNull();
    expect(text).not.toMatch(/hash|\$2b\$/);
  });

  it('are listed newest first, by page, role and state', async () => {
    const older = await create({ roles: ['listed'], enabled: false });
    const newer = await create({ roles: ['viewer', 'listed'] });
    const list = async (query: string) => {
      const answer = await call('get', `/users?${query}`).expect(200);
      return {
        names: dataOf<Body[]>(answer).map(({ username }) => username),
        total: answer.headers['x-total-count'],
      };
    };
    expect(await list('role=listed')).toEqual({ names: [newer.username, older.username], total: '2' });
    expect(await list('role=listed&limit=1&offset=1')).toEqual({ names: [older.username], total: '2' });
    expect(await list('role=listed&enabled=false')).toEqual({ names: [older.username], total: '1' });
    expect(await list('role=nobody-has-this')).toEqual({ names: [], total: '0' });
    for (const query of ['limit=0', 'limit=1001', 'offset=-1', 'enabled=maybe', 'limit=1&limit=2']) {
      await call('get', `/users?${query}`).expect(400);
    }
  });

  it('are created once for an Idempotency-Key, and nothing stored reveals the password', async () => {
    const user = newUser();
    const send = (body: Body) => call('post', '/users', body).set('Idempotency-Key', 'a-key-of-users');
    const first = await send(user).expect(201);
    await call('put', `/users/${dataOf<{ id: string }>(first).id}`, { enabled: false }).expect(200);
    const again = await send(user).expect(201);
    expect(again.body).toEqual(first.body);
    expect([first, again].map(({ headers }) => headers['idempotent-replayed'])).toEqual([undefined, 'true']);
    expect((await send({ ...user, password: 'another-secure-one' }).expect(409)).body).toMatchObject({
      code: 'idempotency_key_reused',
    });
    const stored = JSON.stringify(await service.api.opened.database('idempotency_keys'));
    const plain = createHash('sha256')
      .update(JSON.stringify(['POST', '/users', user]))
      .digest('hex');
    for (const secret of ['secure_password', 'a-key-of-users', plain]) expect(stored).not.toContain(secret);
  });

  it('have unique names and addresses, regardless of case', async () => {
    const { username } = await create();
    const email = `${username}@example.com`;
    const sameName = await call('post', '/users', newUser({ username: username.toUpperCase() })).expect(409);
    expect(sameName.body).toMatchObject({ success: false, code: 'username_taken' });
    const sameEmail = await call('post', '/users', newUser({ email: email.toUpperCase() })).expect(409);
    expect(sameEmail.body).toMatchObject({ code: 'email_taken' });
    const other = await create();
    await call('put', `/users/${other.id}`, { email }).expect(409);
  });

  it.each([
    ['a short password', { password: 'short' }],
    ['a common password', { password: 'Password1234' }],
    ['a password of 1,025 bytes', { password: 'é'.repeat(512) + 'x' }],
    ['their name as password', { username: 'chamberlain-1', password: 'Chamberlain-1' }],
    ['a name with a blank', { username: 'two words' }],
    ['a name with a NUL', { username: 'nul\0name' }],
    ['no address', { email: 'nowhere' }],
    ['an address with a NUL', { email: 'nul\0@example.com' }],
    ['roles that are no list', { roles: 'admin' }],
    ['a role with a NUL', { roles: ['nul\0'] }],
    ['an unknown member', { password_hash: 'x' }],
    ['an id of their own', { id: NO_USER }],
  ])('are not created with %s', async (_what, changes) => {
    const before = (await call('get', '/users?limit=1')).headers['x-total-count'];
    const { body } = await call('post', '/users', newUser(changes)).expect(422);
    expect(body).toMatchObject({
      success: false,
      code: 'validation_failed',
      details: [expect.objectContaining({ path: expect.any(String) })],
    });
    expect((await call('get', '/users?limit=1')).headers['x-total-count']).toBe(before);
  });

  it.each(['roles', 'enabled', 'password_hash', 'id', 'epoch'])(
    'are not changed by their owner: %s',
    async (member) => {
      const { id, username } = await create({ roles: ['viewer'] });
      const own = await service.token(username, 'secure_password');
      const row = () => service.api.opened.database('users').where({ id }).first();
      const before = await row();
      const values: Body = { roles: ['admin'], enabled: false, password_hash: 'x', id: NO_USER, epoch: 9 };
      const { status } = await service.http
        .put(`/users/${id}`)
        .auth(own, { type: 'bearer' })
        .send({ [member]: values[member] });
      expect([403, 422]).toContain(status);
      expect(await row()).toEqual(before);
    },
  );

  it('get no role that the writer lacks, and no password if they have such a role', async () => {
    const rules = [
      {
        effect: 'Allow',
        resource: 'users:*',
        action: ['create', 'update'],
        condition: "user.role == 'helpdesk'",
      },
    ];
    await call('post', '/policies', { name: 'helpdesk', version: '1', rules }).expect(201);
    const { id, username } = await create({ roles: ['helpdesk'] });
    const own = await service.token(username, 'secure_password');
    const as = (method: 'post' | 'put', path: string, body: Body) =>
      service.http[method](path).auth(own, { type: 'bearer' }).send(body);
    const { id: admin } = await create({ roles: ['admin'] });
    for (const [method, path, body] of [
      ['put', `/users/${id}`, { roles: ['helpdesk', 'admin'] }],
      ['put', `/users/${admin}`, { password: 'another_secure_one' }],
      ['post', '/users', newUser({ roles: ['admin'] })],
    ] as const) {
      const refused = await as(method, path, body).expect(403);
      expect((refused.body as Body)['code']).toBe('grant_not_held');
    }
    await as('post', '/users', newUser({ roles: ['helpdesk'] })).expect(201);
  });

  it('may have 64 characters of four bytes as a password', async () => {
    const password = '🔑🐴🔋📎'.repeat(16);
    const { username } = await create({ password });
    await service.token(username, password);
  });

  it('are changed as documented', async () => {
    const { id } = await create();
    const changes = { email: `changed-${id}@example.com`, roles: ['viewer', 'auditor'], enabled: false };
    const { body } = await call('put', `/users/${id}`, changes).expect(200);
    expect(body).toEqual({ success: true, data: 'User updated successfully' });
    expect(dataOf<Body>(await call('get', `/users/${id}`))).toMatchObject(changes);
  });

  it.each([
    ['roles', { roles: ['viewer'] }],
    ['enabled', { enabled: false }],
    ['address, which their tokens carry', { email: 'moved-away@example.com' }],
  ])('are signed out by new %s', async (_what, changes) => {
    const { id, username } = await create();
    const theirs = await service.token(username, 'secure_password');
    await call('post', '/auth/refresh', { token: 'x' }).expect(401);
    await call('put', `/users/${id}`, changes).expect(200);
    await call('post', '/auth/logout', undefined, theirs).expect(401);
    await call('post', '/auth/refresh', { token: theirs }).expect(401);
  });

  it('are changed only in the version that was read, where the client sends it', async () => {
    const { id } = await create();
    const { headers } = await call('get', `/users/${id}`).expect(200);
    const change = (email: string) =>
      call('put', `/users/${id}`, { email: `${email}-${id}@example.com` }).set(
        'If-Match',
        String(headers['etag']),
      );
    await change('first').expect(200);
    const { body } = await change('second').expect(412);
    expect(body).toMatchObject({ success: false, code: 'precondition_failed' });
    expect(dataOf<Body>(await call('get', `/users/${id}`))).toMatchObject({
      email: `first-${id}@example.com`,
    });
  });

  it('can be signed out everywhere', async () => {
    const { id, username } = await create();
    const theirs = await service.token(username, 'secure_password');
    await call('delete', `/users/${id}/sessions`).expect(200);
    await call('post', '/auth/logout', undefined, theirs).expect(401);
    await call('delete', `/users/${NO_USER}/sessions`).expect(404);
  });

  it('stay signed in when nothing changes', async () => {
    const { id, username } = await create();
    const theirs = await service.token(username, 'secure_password');
    await call('put', `/users/${id}`, { email: `${username}@example.com` }).expect(200);
    await call('post', '/auth/logout', undefined, theirs).expect(200);
  });

  it('are deleted with their sessions', async () => {
    const { id, username } = await create();
    const theirs = await service.token(username, 'secure_password');
    const { body } = await call('delete', `/users/${id}`).expect(200);
    expect(body).toEqual({ success: true, data: 'User deleted successfully' });
    await call('post', '/auth/logout', undefined, theirs).expect(401);
    await call('get', `/users/${id}`).expect(404);
    await call('delete', `/users/${id}`).expect(404);
    await service.http.post('/auth/login').send({ username, password: 'secure_password' }).expect(401);
  });

  it('that do not exist are 404, invalid ids 400', async () => {
    for (const method of ['get', 'delete'] as const) {
      await call(method, `/users/${NO_USER}`).expect(404);
      await call(method, '/users/1').expect(400);
      await call(method, '/users/%00').expect(400);
    }
    await call('put', `/users/${NO_USER}`, { enabled: false }).expect(404);
  });

  it('write a line to the log for each change and each refusal, with its decision', async () => {
    const { id, username } = await create({ roles: ['viewer'] });
    const theirs = await service.token(username, 'secure_password');
    logged.length = 0;
    const { body } = await call('delete', `/users/${id}`, undefined, theirs).expect(403);
    await call('get', `/users/${id}`).expect(200);
    await call('delete', `/users/${id}`).expect(200);
    const resource = `users:${id}`;
    expect(logged).toEqual([
      expect.objectContaining({
        effect: 'IMPLICIT_DENY',
        resource,
        user_id: id,
        decision_id: (body as Body)['decision_id'],
      }),
      expect.objectContaining({
        effect: 'ALLOW',
        resource,
        action: 'delete',
        decision_id: expect.any(String),
      }),
    ]);
  });

  it('are for admins only', async () => {
    const { id, username } = await create({ roles: ['operator', 'viewer'] });
    const theirs = await service.token(username, 'secure_password');
    const { body } = await call('put', `/users/${id}`, { roles: ['admin'] }, theirs).expect(403);
    expect(body).toMatchObject({ success: false, code: 'forbidden', decision_id: expect.any(String) });
    await call('post', '/users', newUser(), theirs).expect(403);
    await call('get', '/users', undefined, theirs).expect(403);
    await call('delete', `/users/${id}`, undefined, theirs).expect(403);
    expect(dataOf<Body>(await call('get', `/users/${id}`))).toMatchObject({ roles: ['operator', 'viewer'] });
  });
});

describe('the last enabled admin', () => {
  let service: TestApi;
  beforeEach(async () => {
    service = await startTestApi();
  });
  afterEach(() => service.close());

  const signedIn = async () => {
    const { body } = await service.http
      .post('/auth/login')
      .send({ username: 'admin', password: ADMIN_PASSWORD });
    return (body as { data: { token: string; user: { id: string } } }).data;
  };

  it('cannot be deleted, disabled or demoted', async () => {
    const { token, user } = await signedIn();
    const path = `/users/${user.id}`;
    const put = (body: object) => service.http.put(path).auth(token, { type: 'bearer' }).send(body);
    const { body } = await put({ enabled: false }).expect(409);
    expect(body).toMatchObject({ success: false, code: 'last_admin' });
    await put({ roles: ['operator'] }).expect(409);
    await service.http.delete(path).auth(token, { type: 'bearer' }).expect(409);
    await put({ roles: ['operator', 'admin'], email: 'boss@example.com' }).expect(200);
  });
});
