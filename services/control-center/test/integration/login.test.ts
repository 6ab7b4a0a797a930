import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import bcrypt from 'bcrypt';
import { auditOf } from '../support/people.js';
import { ADMIN_PASSWORD, startTestApi, type TestApi } from '../support/test-api.js';

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

describe('POST /auth/login', () => {
  let service: TestApi;
  beforeAll(async () => {
    service = await startTestApi();
  });
  afterAll(() => service.close());

  const login = (body: object, headers: Record<string, string> = {}) =>
    service.http.post('/auth/login').set(headers).send(body);
  const addUser = async (username: string, enabled = true) => {
    const token = await service.token();
    const user = {
      username,
      email: `${username}@example.com`,
      password: ADMIN_PASSWORD,
      roles: ['viewer'],
      enabled,
    };
    await service.http.post('/users').auth(token, { type: 'bearer' }).send(user).expect(201);
  };

  it('answers as documented', async () => {
    const before = Date.now();
    const { body } = await login({ username: 'admin', password: ADMIN_PASSWORD, mfa_code: '123456' }).expect(
      200,
    );
    expect(body).toEqual({
      success: true,
      data: {
        token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
        expires_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/),
        user: {
          id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/),
          username: 'admin',
          email: 'admin@example.com',
          roles: ['admin', 'operator'],
        },
      },
    });
    const life = Date.parse((body as { data: { expires_at: string } }).data.expires_at) - before;
    expect(Math.round(life / 60_000)).toBe(8 * 60);
  });

  it('accepts a username in every spelling', async () => {
    await login({ username: 'ＡＤＭＩＮ', password: ADMIN_PASSWORD }).expect(200);
  });

  it('answers unknown, wrong, disabled and impossible sign-ins with identical bytes', async () => {
    await addUser('disabled-one', false);
    const headers = { 'X-Request-Id': 'same' };
    const texts = await Promise.all(
      [
        { username: 'nobody-here', password: ADMIN_PASSWORD },
        { username: 'admin', password: 'wrong-password' },
        { username: 'disabled-one', password: ADMIN_PASSWORD },
        { username: 'not a name', password: ADMIN_PASSWORD },
      ].map(
        async (body) => (await login(body, headers).expect(401).expect('WWW-Authenticate', 'Bearer')).text,
      ),
    );
    expect(new Set(texts).size).toBe(1);
    expect(JSON.parse(texts[0]!)).toEqual({
      success: false,
      error: 'The username or the password is wrong.',
      code: 'invalid_credentials',
      request_id: 'same',
    });
  });

  it('does the same work for a user who does not exist', async () => {
    const compare = jest.spyOn(bcrypt, 'compare');
    await login({ username: 'not-there', password: 'wrong-password' }).expect(401);
    const [, hash] = compare.mock.calls.at(-1)!;
    compare.mockRestore();
    expect(bcrypt.getRounds(hash as string)).toBe(4);
  });

  it('checks at most five of 50 concurrent wrong passwords, and then not even the right one', async () => {
    await addUser('victim');
    const compare = jest.spyOn(bcrypt, 'compare');
    const wrong = { username: 'victim', password: 'wrong-password' };
    const answers: Answer[] = await Promise.all(Array.from({ length: 50 }, () => login(wrong)));
    const reached = compare.mock.calls.length;
    compare.mockRestore();
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(401));
    expect(new Set(answers.map(({ body }) => JSON.stringify({ ...body, request_id: '' }))).size).toBe(1);
    expect(reached).toBe(5);
    await login({ username: 'victim', password: ADMIN_PASSWORD }).expect(401);
    await login({ username: 'VICTIM', password: ADMIN_PASSWORD }).expect(401);
    await login({ username: 'admin', password: ADMIN_PASSWORD }).expect(200);
  });

  it('accepts the right password again after an admin has unlocked the user', async () => {
    await addUser('locked-out');
    for (let i = 0; i < 5; i += 1) await login({ username: 'locked-out', password: 'wrong-password' });
    const right = { username: 'locked-out', password: ADMIN_PASSWORD };
    await login(right).expect(401);
    const { database } = service.api.opened;
    const { id } = await database('users').where({ username: 'locked-out' }).first<{ id: string }>('id');
    const token = await service.token();
    const unlock = () => service.http.delete(`/users/${id}/lock`).auth(token, { type: 'bearer' });
    const { body } = await unlock().expect(200);
    expect(body.data).toBe('Sign-in unlocked');
    await login(right).expect(200);
    await unlock().expect(200);
    const records = (await auditOf(service, id)).filter(({ action }) => action === 'user.unlock');
    expect(records.map(({ details }) => details)).toEqual([
      { username: 'locked-out', reset: { passwords: true, codes: false } },
      { username: 'locked-out', reset: { passwords: false, codes: false } },
    ]);
  });

  it('creates no session for a user who is disabled while the password is checked', async () => {
    await addUser('just-disabled');
    const compare = jest.spyOn(bcrypt, 'compare').mockImplementationOnce(async () => {
      const { database } = service.api.opened;
      await database('users').where({ username: 'just-disabled' }).update({ enabled: false });
      return true;
    });
    await login({ username: 'just-disabled', password: ADMIN_PASSWORD }).expect(401);
    compare.mockRestore();
  });

  it('signs one user in many times at once', async () => {
    const right = { username: 'admin', password: ADMIN_PASSWORD };
    const answers = await Promise.all(Array.from({ length: 12 }, () => login(right)));
    expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(200));
  });

  it.each([
    ['no password', { username: 'admin' }, 422],
    ['wrong types', { username: ['admin'], password: 1 }, 422],
    ['an unknown member', { username: 'admin', password: ADMIN_PASSWORD, role: 'admin' }, 422],
    ['an array', [], 422],
  ])('refuses a body with %s', async (_what, body, status) => {
    const answer = await login(body);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({
      success: false,
      error: expect.any(String),
      request_id: expect.any(String),
    });
  });

  it('refuses broken JSON, another media type and a body of a megabyte', async () => {
    const post = (type: string, text: string) =>
      service.http.post('/auth/login').set('Content-Type', type).send(text);
    await post('application/json', '{"username": "admin", "password": ').expect(400);
    await post('text/plain', 'admin').expect(415);
    const large = await post(
      'application/json',
      JSON.stringify({ username: 'admin', password: 'x'.repeat(1_000_000) }),
    );
    expect(large.status).toBe(413);
    expect(large.body).toMatchObject({ success: false });
  });
});
