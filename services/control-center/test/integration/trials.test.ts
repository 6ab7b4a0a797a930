import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '@provisioning/test-kit';
import { callerOf } from '../support/api-caller.js';
import { ThreadedTrials } from '../../src/execution/threaded-trials.js';
import { startTestApi, type TestApi } from '../support/test-api.js';

type Body = Record<string, unknown>;

const script = fileURLToPath(new URL('../../dist/src/execution/trial-thread.js', import.meta.url));
const rule = (changes: Body = {}): Body => ({ effect: 'Allow', resource: '*', action: ['*'], ...changes });

describe('policies that are tried', () => {
  let service: TestApi;
  let caller: ReturnType<typeof callerOf>;
  beforeAll(async () => {
    service = await startTestApi();
    caller = callerOf(service);
  });
  afterAll(() => service.close());

  const stored = async () => {
    const { database } = service.api.opened;
    return JSON.stringify([await database('policies').orderBy('id'), await database('policy_revision')]);
  };
  const asked = {
    principal: { username: 'newuser', roles: ['operator'] },
    action: 'create',
    resource: 'servers:a',
  };
  const simulate = (changes: Body = {}) =>
    caller.call('post', '/policies/simulate', { ...asked, ...changes });

  it('are checked like stored ones, with every fault', async () => {
    const check = async (...rules: Body[]) =>
      caller.dataOf(await caller.call('post', '/policies/validate', { rules }));
    expect(await check(rule({ condition: "user.role == 'admin'" }))).toEqual({ valid: true, problems: [] });
    expect(await check(rule({ condition: 'user.nme == 1' }), rule({ resource: 'ser*ers:x' }))).toEqual({
      valid: false,
      problems: [
        { path: 'rules[0].condition', line: 1, column: 1, message: expect.any(String) },
        { path: 'rules[1].resource', message: expect.any(String) },
      ],
    });
  });

  it('report the decision, the rule that decided, and why the others did not', async () => {
    const before = await stored();
    const answer = await simulate({ context: { infra: 'a', check_mode: false } });
    const { rules, ...result } = caller.dataOf<Body & { rules: Body[] }>(answer);
    const policy_id = expect.any(String);
    expect(result).toEqual({
      decision: 'ALLOW',
      approvals: [],
      matched: [
        {
          policy_id,
          policy: 'operator_access_policy',
          rule: 0,
          effect: 'Allow',
          decided: true,
          reason: null,
        },
      ],
      errors: [],
      revision: 5,
    });
    expect(rules[0]).toMatchObject({ policy: 'operator_access_policy', outcome: 'applies', decided: true });
    expect(rules[1]).toMatchObject({
      policy: 'admin_access_policy',
      outcome: 'condition_false',
      counted: false,
    });
    expect(rules.at(-1)).toMatchObject({ outcome: 'other_resource' });
    expect((await simulate({ resource: 'users:*' })).body).toMatchObject({
      data: { decision: 'IMPLICIT_DENY' },
    });
    expect(await stored()).toBe(before);
  });

  it('can be drafts, alone or together with those in force', async () => {
    const deny = rule({ effect: 'Deny', condition: "context.provider == 'x'" });
    const policies = [{ name: 'draft', rules: [rule(), deny] }];
    const failed = {
      decision: 'EXPLICIT_DENY',
      errors: [{ path: 'draft: rules[1].condition' }],
      revision: 0,
    };
    expect((await simulate({ policies })).body).toMatchObject({ data: failed });
    expect((await simulate({ policies: [] })).body).toMatchObject({ data: { decision: 'IMPLICIT_DENY' } });
    const changed = [{ name: 'operator_access_policy', rules: [] }];
    expect((await simulate({ changed })).body).toMatchObject({ data: { decision: 'IMPLICIT_DENY' } });
    const broken = [
      { name: 'fine', rules: [] },
      { name: 'broken', rules: [rule({ condition: 'no(' })] },
    ];
    for (const supposition of [{ policies: broken }, { changed: broken }]) {
      const answer = await simulate(supposition);
      expect([answer.status, answer.body]).toMatchObject([
        422,
        { code: 'policy_invalid', details: [{ path: 'policies[1].rules[0].condition', line: 1 }] },
      ]);
    }
    const answer = await simulate({ policies, enable: [] });
    expect([answer.status, answer.body]).toMatchObject([422, { details: [{ path: 'policies' }] }]);
    const unknown = await simulate({ disable: ['0199a8f2-0000-7000-8000-000000000001'] });
    expect([unknown.status, unknown.body]).toMatchObject([422, { details: [{ path: 'disable[0]' }] }]);
  });

  it('are for users who may simulate', async () => {
    const viewer = await caller.signedIn('viewer');
    for (const path of ['/policies/simulate', '/policies/replay']) {
      const body = path.endsWith('replay') ? { from: '2026-01-01T00:00:00Z' } : asked;
      expect((await caller.call('post', path, body, viewer.token)).status).toBe(403);
    }
  });

  it('are evaluated on past decisions, and each decision that would change is listed', async () => {
    const clerk = await caller.signedIn('clerk');
    const { token } = await caller.signedIn('operator');
    const from = new Date().toISOString();
    const ask = (path: string, as: string) => caller.call('get', path, undefined, as);
    const refused: string[] = [];
    for (const as of [clerk.token, clerk.token, token]) {
      refused.push(((await ask('/users', as)).body as { decision_id: string }).decision_id);
    }
    const disabled = await caller.policy(
      [rule({ resource: 'users:*', action: ['read'], condition: "user.role == 'clerk'" })],
      false,
    );
    const replay = async (changes: Body) =>
      caller.dataOf<Body & { changed: Body[]; checked: number }>(
        await caller.call('post', '/policies/replay', { from, user_id: clerk.id, ...changes }),
      );
    const before = await stored();
    expect(await replay({})).toMatchObject({ checked: 2, unchanged: 2, changed: [], truncated: false });
    const change = { action: 'read', resource: 'users:*', before: 'IMPLICIT_DENY', after: 'ALLOW' };
    expect(await replay({ enable: [disabled] })).toEqual({
      checked: 2,
      unchanged: 0,
      changed: [refused[1], refused[0]].map((decision_id) => ({ decision_id, ...change })),
      truncated: false,
      complete: true,
    });
    expect(await replay({ enable: [disabled], limit: 1 })).toMatchObject({ checked: 1, complete: false });
    expect(await replay({ enable: [disabled], to: from })).toMatchObject({ checked: 0, complete: true });
    const policies = [{ name: 'none', rules: [rule({ effect: 'Deny' })] }];
    expect(await replay({ policies })).toMatchObject({
      changed: [{ after: 'EXPLICIT_DENY' }, { after: 'EXPLICIT_DENY' }],
    });
    expect(await stored()).toBe(before);
    await caller.call('put', `/policies/${disabled}`, { enabled: true });
    expect((await ask('/users', clerk.token)).status).toBe(200);
  });

  it('decide the questions of a release that asks more, for users as they are now', async () => {
    const operator = await caller.signedIn('operator');
    const deleted = '00000000-0000-7000-8000-000000000000';
    const create = { user_id: operator.id, action: 'create', resource: 'servers:prod-eu' };
    const disabled = await caller.policy(
      [rule({ effect: 'Deny', resource: 'servers:prod*', condition: "context.provider == 'aws'" })],
      false,
    );
    const replay = async (changes: Body) =>
      caller.dataOf<Body>(
        await caller.call('post', '/policies/replay', {
          from: new Date().toISOString(),
          questions: [
            { ...create, context: { infra: 'prod-eu', kind: 'server', provider: 'upcloud' } },
            { ...create, context: { infra: 'prod-eu', kind: 'server', provider: 'aws', owner: operator.id } },
            { ...create, user_id: deleted },
            { ...create, action: 'read', resource: 'secrets:*' },
            { ...create, action: 'read', resource: 'secrets:*', mode: 'not_denied' },
          ],
          ...changes,
        }),
      );
    const who = { user_id: operator.id, username: expect.any(String) };
    const unknown = { index: 3, ...who, action: 'read', resource: 'secrets:*', decision: 'IMPLICIT_DENY' };
    expect(await replay({})).toMatchObject({
      questions: { checked: 4, refused: [unknown], unknown_users: [deleted] },
    });
    const denied = {
      ...who,
      action: 'create',
      resource: 'servers:prod-eu',
      index: 1,
      decision: 'EXPLICIT_DENY',
    };
    expect(await replay({ enable: [disabled] })).toMatchObject({
      checked: 0,
      questions: { checked: 4, refused: [denied, unknown] },
    });
  });

  it('list a thousand changed decisions and report that there are more', async () => {
    const { database } = service.api.opened;
    await database.raw(`
      insert into decisions select 'many-' || n, '2020-01-01'::timestamptz + n * interval '1 ms', 'orchestrator', 'u',
        'u', '', '{operator}', 'create', 'servers:a', '{}', '[]', '', 'POST', '/', null, 0, 'IMPLICIT_DENY', 1
        from generate_series(1, 1200) n`);
    const body = { from: '2020-01-01T00:00:00Z', to: '2020-01-02T00:00:00Z' };
    const result = caller.dataOf<Body & { changed: Body[] }>(
      await caller.call('post', '/policies/replay', body),
    );
    expect(result).toMatchObject({ checked: 1200, unchanged: 0, truncated: true, complete: true });
    expect(result.changed).toHaveLength(1000);
    expect(result.changed[0]).toMatchObject({ decision_id: 'many-1200' });
  });
});

describe('the thread of trials', () => {
  let trials: ThreadedTrials;
  afterEach(() => trials.close());
  const many = Array.from({ length: 1000 }, (_, index) => ({
    effect: 'Allow' as const,
    resource: '*',
    action: ['*'],
    condition: `user.roles.exists(r, r.startsWith('x${index}')) || user.email.matches('^(a|b${index}){1,20}$')`,
  }));

  it('is ended when a question takes too long, and the next question gets a new thread', async () => {
    trials = new ThreadedTrials(script, { ask: 1, page: 1, load: 1 });
    await expect(trials.check(many)).rejects.toMatchObject({ kind: 'invalid', code: 'policies_too_slow' });
    trials = new ThreadedTrials(script);
    const documents = Array.from({ length: 60 }, (_, index) => ({
      name: `p${index}`,
      version: '1',
      rules: many.map((one) => ({ ...one, condition: `${one.condition} || user.id == '${index}'` })),
    }));
    const huge = { key: 'huge', revision: 0, origin: 'drafts' as const, documents };
    const request = {
      principal: { id: '', username: '', email: '', roles: [] },
      action: 'read',
      resource: 'servers:a',
      request: { time: new Date(), ip: '', method: 'GET', path: '/' },
      context: {},
    };
    let turns = 0;
    const ticking = setInterval(() => (turns += 1), 1);
    await expect(trials.explain(huge, request)).rejects.toMatchObject({ code: 'policies_too_slow' });
    clearInterval(ticking);
    // Timers ran meanwhile: the thread that serves was free.
    expect(turns).toBeGreaterThan(0);
    await waitFor(() => trials.check([]).then(Array.isArray, () => false));
  });

  it('limits the number of waiting questions', async () => {
    trials = new ThreadedTrials(script);
    const asked = Array.from({ length: 60 }, () => Promise.resolve().then(() => trials.check([])));
    const outcomes = await Promise.allSettled(asked);
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]).toMatchObject({ reason: { kind: 'unavailable' } });
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThanOrEqual(50);
  });
});
