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
