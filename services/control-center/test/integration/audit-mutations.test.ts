import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { auditLines } from '../support/audit-reader.js';
import { ADMIN_PASSWORD, startTestApi, type TestApi } from '../support/test-api.js';

describe('the audit trail of the control center', () => {
  let service: TestApi;
  let token: string;
  let adminId: string;
  beforeEach(async () => {
    service = await startTestApi({ RATE_LIMIT_AUTH: '6' });
    const { body } = await service.http
      .post('/auth/login')
      .send({ username: 'admin', password: ADMIN_PASSWORD })
      .expect(200);
    ({ token } = (body as { data: { token: string } }).data);
    adminId = (body as { data: { user: { id: string } } }).data.user.id;
  });
  afterEach(() => service.close());

  const call = (method: 'get' | 'post' | 'put' | 'delete', path: string, body?: object, as = token) =>
    service.http[method](path).auth(as, { type: 'bearer' }).send(body);
  const ann = {
    username: 'ann',
    email: 'ann@example.com',
    password: 'secure_password',
    roles: ['viewer'],
    enabled: true,
  };
  const create = async (user: object = ann) => {
    const { body } = await call('post', '/users', user).expect(201);
    return (body as { data: { id: string } }).data.id;
  };
  const lines = (query = '') => auditLines(service, token, query);

  it('records the creation of the first admin, without a user as actor', async () => {
    const [line] = await lines('?action=user.create');
    expect(line).toMatchObject({
      resource: `users/${adminId}`,
      user_id: null,
      service: 'control-center',
      details: { first_admin: true, after: { username: 'admin', enabled: true } },
    });
  });

  it('records each change of a user, with actor, address, and values before and after', async () => {
    const id = await create();
    const changing = await call('put', `/users/${id}`, {
      email: 'ann@example.org',
      roles: ['operator'],
      password: 'another_secure_password',
    }).expect(200);
    await call('delete', `/users/${id}/sessions`).expect(200);
    await call('delete', `/users/${id}`).expect(200);
    const found = await lines(`?resource=users/${id}`);
    expect(found.map(({ action, result }) => [action, result])).toEqual([
      ['user.delete', 'success'],
      ['user.end_sessions', 'success'],
      ['user.update', 'success'],
      ['user.create', 'success'],
    ]);
    const [deleted, , updated, created] = found;
    expect(updated).toMatchObject({
      user_id: adminId,
      username: 'admin',
      ip: '127.0.0.1',
      request_id: changing.headers['x-request-id'],
      session_id: expect.any(String),
    });
    expect(updated!.details).toEqual({
      before: { email: 'ann@example.com', roles: ['viewer'] },
      after: { email: 'ann@example.org', roles: ['operator'] },
      password_changed: true,
    });
    expect(created!.details).toEqual({
      after: { username: 'ann', email: 'ann@example.com', roles: ['viewer'], enabled: true },
    });
    expect(deleted!.details).toEqual({
      before: { username: 'ann', email: 'ann@example.org', roles: ['operator'], enabled: true },
    });
    expect(JSON.stringify(found)).not.toContain('secure_password');
  });

  it('records each denial with its decision, and each refused change', async () => {
    const id = await create();
    const theirs = await service.token('ann', 'secure_password');
    const denied = await call('delete', `/users/${id}`, undefined, theirs).expect(403);
    await call('get', '/audit/logs', undefined, theirs).expect(403);
    await call('delete', `/users/${adminId}`).expect(409);
    await call('post', '/users', { ...ann, password: 'Pass_word' }).expect(422);
    await call('get', '/users/0199a8f2-0000-7000-8000-000000000001').expect(404);
    const found = (await lines()).filter(({ result }) => result !== 'success');
    expect(found).toEqual([
      expect.objectContaining({
        action: 'user.create',
        resource: 'users/*',
        result: 'failure',
        user_id: adminId,
        details: expect.objectContaining({ operation: 'createUser', code: 'validation_failed' }),
      }),
      expect.objectContaining({
        action: 'user.delete',
        resource: `users/${adminId}`,
        result: 'failure',
        details: expect.objectContaining({ code: 'last_admin' }),
      }),
      expect.objectContaining({ action: 'audit.read', resource: 'audit/*', result: 'denied', user_id: id }),
      expect.objectContaining({
        action: 'user.delete',
        resource: `users/${id}`,
        result: 'denied',
        username: 'ann',
        details: expect.objectContaining({
          decision_id: (denied.body as { decision_id: string }).decision_id,
        }),
      }),
    ]);
  });

  it('records a client over its rate limit, once in a window', async () => {
    const attempt = () => service.http.post('/auth/login').send({ username: 'ann', password: 'x' });
    const statuses = [];
    for (let n = 0; n < 10; n++) statuses.push((await attempt()).status);
    expect(statuses.filter((status) => status === 429)).toHaveLength(5);
    expect(await lines('?action=rate_limit.exceed')).toEqual([
      expect.objectContaining({
        resource: 'rate_limits/login',
        result: 'denied',
        user_id: null,
        ip: '127.0.0.1',
        details: { limit: 6, client: 'ip:127.0.0.1' },
      }),
    ]);
  });

  it('records each reader, with the filters', async () => {
    await lines('?action=user.create&limit=7');
    expect(await lines('?action=audit.read')).toEqual([
      expect.objectContaining({
        user_id: adminId,
        resource: 'audit/logs',
        details: { action: 'user.create', limit: 7, offset: 0 },
      }),
    ]);
  });

  it('refuses changes with 503 while it cannot be written, and serves other reads', async () => {
    const id = await create();
    const { database } = service.api.opened;
    await database.raw('alter table audit_log add constraint no_more check (false) not valid');
    const before = await database('users').orderBy('id');
    for (const refused of [
      () => call('post', '/users', { ...ann, username: 'ben', email: 'ben@example.com' }),
      () => call('put', `/users/${id}`, { enabled: false }),
      () => call('delete', `/users/${id}`),
      () => call('delete', `/users/${id}/sessions`),
      () => call('get', '/audit/logs'),
    ]) {
      const { body } = await refused().expect(503);
      expect(body).toMatchObject({ success: false });
    }
    expect(await database('users').orderBy('id')).toEqual(before);
    await call('get', '/users').expect(200);
    await database.raw('alter table audit_log drop constraint no_more');
    await call('put', `/users/${id}`, { enabled: false }).expect(200);
  });
});
