import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { callerOf } from '../support/api-caller.js';
import { startTestApi, type TestApi } from '../support/test-api.js';

describe('the own account', () => {
  let service: TestApi;
  let api: ReturnType<typeof callerOf>;
  beforeAll(async () => {
    service = await startTestApi({ REQUIRE_ADMIN_MFA: 'true' });
    api = callerOf(service);
  });
  afterAll(() => service.close());

  it('is shown to a token that may only enrol a second factor, with its scope', async () => {
    const answer = await api.call('get', '/auth/me');
    expect(answer.status).toBe(200);
    expect(api.dataOf(answer)).toEqual({
      id: expect.any(String),
      username: 'admin',
      email: expect.any(String),
      roles: expect.arrayContaining(['admin']),
      mfa_enabled: false,
      scope: 'mfa_enrollment',
      session_id: expect.any(String),
      expires_at: expect.stringMatching(/Z$/),
    });
    expect((await api.call('post', '/auth/allowed', { questions: [] })).status).toBe(403);
  });
});

describe('the own rights', () => {
  let service: TestApi;
  let api: ReturnType<typeof callerOf>;
  beforeAll(async () => {
    service = await startTestApi();
    api = callerOf(service);
    await api.policy([
      { effect: 'Allow', resource: 'tasks:*', action: ['cancel'], condition: "context.infra == 'dev'" },
    ]);
  });
  afterAll(() => service.close());

  const ask = async (token: string, ...questions: object[]) =>
    api.dataOf<{ verdict: string; reason: string; rule: unknown }[]>(
      await api.call('post', '/auth/allowed', { questions }, token),
    );

  it('are answered in order, with the rule for those who may read the policies', async () => {
    const answers = await ask(
      await service.token(),
      { action: 'delete', resource: 'users:*' },
      { action: 'read', resource: 'moons:*' },
    );
    expect(answers).toEqual([
      {
        action: 'delete',
        resource: 'users:*',
        verdict: 'allow',
        reason: 'A policy allows it.',
        rule: { policy: expect.any(String), rule: expect.any(Number) },
      },
      {
        action: 'read',
        resource: 'moons:*',
        verdict: 'deny',
        reason: 'No policy allows it.',
        rule: null,
      },
    ]);
  });

  it('depend on what the question leaves out', async () => {
    const { token } = await api.signedIn('stranger');
    const cancel = { action: 'cancel', resource: 'tasks:*' };
    const answers = await ask(
      token,
      cancel,
      { ...cancel, context: { infra: 'dev' } },
      { ...cancel, context: { infra: 'prod' } },
    );
    expect(answers.map(({ verdict, rule }) => [verdict, rule])).toEqual([
      ['depends', null],
      ['allow', null],
      ['deny', null],
    ]);
  });

  it('of an API token are no more than its roles', async () => {
    const owner = await api.signedIn('admin', 'viewer');
    const body = {
      name: 'reader',
      roles: ['viewer'],
      expires_at: new Date(Date.now() + 3_600_000).toISOString(),
    };
    const created = await api.call('post', '/tokens', body, owner.token);
    const { token } = api.dataOf<{ token: string }>(created);
    const [answer] = await ask(token, { action: 'delete', resource: 'users:*' });
    expect(answer?.verdict).toBe('deny');
    expect(api.dataOf(await api.call('get', '/auth/me', undefined, token))).toMatchObject({
      id: owner.id,
      roles: ['viewer'],
      scope: null,
      session_id: null,
    });
  });

  it('are asked about at most 50 at once, and at least one', async () => {
    const question = { action: 'read', resource: 'tasks:*' };
    for (const count of [0, 51]) {
      const { status } = await api.call('post', '/auth/allowed', { questions: Array(count).fill(question) });
      expect(status).toBe(422);
    }
  });
});

describe('sessions and tokens', () => {
  let service: TestApi;
  let api: ReturnType<typeof callerOf>;
  beforeAll(async () => {
    service = await startTestApi();
    api = callerOf(service);
  });
  afterAll(() => service.close());

  it('end for all other sessions of the user, and for no other user', async () => {
    const ada = await api.signedIn('viewer');
    const other = await api.signedIn('viewer');
    const second = await service.token(ada.username, 'secure_password');
    const answer = await api.call('delete', '/auth/sessions', undefined, second);
    expect(answer.body).toEqual({ success: true, data: 'Other sessions ended' });
    const me = (token: string) => api.call('get', '/auth/me', undefined, token);
    expect((await me(ada.token)).status).toBe(401);
    expect((await me(second)).status).toBe(200);
    expect((await me(other.token)).status).toBe(200);
    const records = await service.api.opened
      .database('audit_log')
      .where({ user_id: ada.id, action: 'session.end_others' });
    expect(records).toHaveLength(1);
  });

  it('are listed for those who may read the user', async () => {
    const ada = await api.signedIn('viewer');
    const body = {
      name: 'reader',
      roles: ['viewer'],
      expires_at: new Date(Date.now() + 3_600_000).toISOString(),
    };
    await api.call('post', '/tokens', body, ada.token);
    const sessions = await api.call('get', `/users/${ada.id}/sessions`);
    expect(api.dataOf(sessions)).toMatchObject([{ current: false, user_agent: null }]);
    const tokens = await api.call('get', `/users/${ada.id}/tokens`);
    expect(api.dataOf(tokens)).toMatchObject([{ name: 'reader', roles: ['viewer'] }]);
    for (const noun of ['sessions', 'tokens']) {
      expect((await api.call('get', `/users/${ada.id}/${noun}`, undefined, ada.token)).status).toBe(403);
      const unknown = '0190a000-0000-7000-8000-000000000001';
      expect((await api.call('get', `/users/${unknown}/${noun}`)).status).toBe(404);
    }
  });

  it('users are searched by a part of their name or address', async () => {
    const { id, username } = await api.signedIn('viewer');
    const found = async (q: string) =>
      api
        .dataOf<{ id: string }[]>(await api.call('get', `/users?q=${encodeURIComponent(q)}`))
        .map((user) => user.id);
    expect(await found(username.toUpperCase())).toContain(id);
    expect(await found(`${username}@EXAMPLE`)).toEqual([id]);
    expect(await found('%')).toEqual([]);
  });

  it('audit records are filtered by result, service, user and request', async () => {
    const { token, username } = await api.signedIn('viewer');
    const denied = await api.call('get', '/users', undefined, token);
    const request = String(denied.headers['x-request-id']);
    const total = async (query: string) => {
      const answer = await api.call('get', `/audit/logs?${query}`);
      expect(answer.status).toBe(200);
      return Number(answer.headers['x-total-count']);
    };
    expect(await total(`request_id=${request}`)).toBe(1);
    expect(await total(`request_id=${request}&result=denied&service=control-center`)).toBe(1);
    expect(await total(`request_id=${request}&result=success`)).toBe(0);
    expect(await total('service=orchestrator')).toBe(0);
    expect(await total(`username=${username}&result=denied`)).toBe(1);
  });
});
