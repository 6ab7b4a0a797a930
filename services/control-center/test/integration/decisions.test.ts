import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createKeyring, issueServiceToken } from '@provisioning/auth-token';
import type { LoggedDecision } from '@provisioning/contracts';
import { compilePolicies, decide, type PolicyDocument, type PolicyRule } from '@provisioning/policy';
import { silentLogger } from '@provisioning/runtime';
import { Registry } from 'prom-client';
import { requestOf, type DecisionRecord } from '../../src/domain/decision/decision-record.js';
import { PostgresDecisionLog } from '../../src/postgres/policies/decision-log.js';
import { DecisionWriter } from '../../src/postgres/policies/decision-writer.js';
import { removeOld } from '../../src/postgres/housekeeping.js';
import { callerOf } from '../support/api-caller.js';
import { JWT_SECRET, startTestApi, type TestApi } from '../support/test-api.js';

const NO_USER = '0199a8f2-0000-7000-8000-000000000001';

describe('the log of decisions', () => {
  let service: TestApi;
  let caller: ReturnType<typeof callerOf>;
  beforeAll(async () => {
    service = await startTestApi();
    caller = callerOf(service);
  });
  afterAll(() => service.close());

  const idOf = (answer: { body: unknown }) => (answer.body as { decision_id: string }).decision_id;
  const all = async () => {
    const records: DecisionRecord[] = [];
    const log = new PostgresDecisionLog(service.api.opened.database);
    for await (const page of log.pages({ from: new Date(0), to: undefined, userId: undefined }, 3))
      records.push(...page);
    return records;
  };

  it('shows each denial by its decision_id, to auditors only', async () => {
    const auditor = await caller.signedIn('auditor');
    const viewer = await caller.signedIn('viewer');
    const denied = await caller.call('get', '/users?limit=7', undefined, viewer.token);
    expect(denied.status).toBe(403);
    expect(JSON.stringify(denied.body)).not.toMatch(/rule|policy_access/);
    const path = `/decisions/${idOf(denied)}`;
    const answer = await caller.call('get', path, undefined, auditor.token);
    expect(caller.dataOf(answer)).toEqual({
      id: idOf(denied),
      timestamp: expect.any(String),
      service: 'control-center',
      user_id: viewer.id,
      username: viewer.username,
      roles: ['viewer'],
      action: 'read',
      resource: 'users:*',
      context: {},
      request_id: denied.headers['x-request-id'],
      duration_ms: expect.any(Number),
      decision: 'IMPLICIT_DENY',
      matched: [],
      revision: 5,
    });
    expect((await caller.call('get', path, undefined, viewer.token)).status).toBe(403);
    expect((await caller.call('get', `/decisions/${NO_USER}`)).status).toBe(404);
  });

  it('decides on the operation, regardless of the spelling of its URL', async () => {
    const viewer = await caller.signedIn('viewer');
    for (const path of ['/users', '/Users', '/users/', '/USERS/?limit=1']) {
      const denied = await caller.call('get', path, undefined, viewer.token);
      expect([path, denied.status]).toEqual([path, 403]);
      const decision = caller.dataOf(await caller.call('get', `/decisions/${idOf(denied)}`));
      expect(decision).toMatchObject({ action: 'read', resource: 'users:*' });
    }
  });

  it('names the rule that denied, and reports that its condition failed', async () => {
    const viewer = await caller.signedIn('viewer');
    const deny = {
      effect: 'Deny',
      resource: 'policies:*',
      action: ['simulate'],
      condition: "context.provider == 'x'",
    };
    const id = await caller.policy([deny]);
    const denied = await caller.call(
      'post',
      '/policies/replay',
      { from: '2026-01-01T00:00:00Z' },
      viewer.token,
    );
    const { decision, matched } = caller.dataOf(await caller.call('get', `/decisions/${idOf(denied)}`));
    expect(decision).toBe('EXPLICIT_DENY');
    expect(matched).toEqual([
      {
        policy_id: id,
        policy: expect.any(String),
        rule: 0,
        effect: 'Deny',
        decided: true,
        reason: 'condition_error: field not found: provider',
      },
    ]);
    const metrics = await service.http.get('/metrics');
    expect(metrics.text).toMatch(/policy_condition_errors_total\{effect="Deny"\} [1-9]/);
    await caller.call('delete', `/policies/${id}`);
  });

  it('contains everything to repeat a decision offline by the policies of its revision', async () => {
    const { database } = service.api.opened;
    const odd = await caller.signedIn('odd', 'guest');
    const rules = [
      { effect: 'Allow', resource: 'policies:*', action: ['create'], condition: "user.role == 'odd'" },
      {
        effect: 'Deny',
        resource: 'policies:*',
        action: ['create'],
        condition:
          "user.role == 'odd' && context.name.startsWith('x') && request.method == 'POST' && request.time > timestamp('2020-01-01T00:00:00Z')",
      },
      { effect: 'Allow', resource: 'users:*', action: ['read'], condition: 'request.time.getSeconds() < 30' },
    ];
    const id = await caller.policy(rules);
    for (const name of ['xa', 'ya', 'xb']) {
      await caller.call('post', '/policies', { name, version: '1', rules: [] }, odd.token);
      await caller.call('put', `/policies/${id}`, { version: name });
      await caller.call('get', '/users', undefined, odd.token);
    }
    await caller.call('put', `/policies/${id}`, { rules: rules.slice(1, 2) });
    await caller.call('post', '/policies', { name: 'yb', version: '1', rules: [] }, odd.token);
    await caller.call('delete', `/policies/${id}`);
    await caller.call('post', '/policies', { name: 'yc', version: '1', rules: [] }, odd.token);

    await untilLogged(9);
    const records = await all();
    const seen = new Set<string>();
    for (const record of records) {
      seen.add(record.effect);
      const set = compilePolicies(await documentsAt(record.revision), { revision: record.revision });
      const again = decide(set, requestOf(record));
      expect([record.id, again.effect]).toEqual([record.id, record.effect]);
      const counted = JSON.parse(record.matched) as { policy: string; rule: number }[];
      expect(counted.map(({ policy, rule }) => `${policy} ${rule}`).sort()).toEqual(
        again.matched.map(({ policy, index }) => `${policy} ${index}`).sort(),
      );
    }
    expect([...seen].sort()).toEqual(['ALLOW', 'EXPLICIT_DENY', 'IMPLICIT_DENY']);

    async function documentsAt(revision: number): Promise<PolicyDocument[]> {
      const { rows } = (await database.raw(
        `select distinct on (policy_id) policy_id as id, name, version, rules, enabled and not deleted as enabled
           from policy_versions where set_revision <= ? order by policy_id, revision desc`,
        [revision],
      )) as { rows: { id: string; name: string; version: string; rules: PolicyRule[]; enabled: boolean }[] };
      return rows;
    }
    async function untilLogged(denied: number): Promise<void> {
      // A denial is stored before it is answered, along with the decisions before it.
      const answer = await caller.call('get', '/users', undefined, odd.token);
      if (answer.status === 200) await caller.call('get', '/audit/logs', undefined, odd.token);
      expect((await all()).length).toBeGreaterThan(denied);
    }
  });

  it('stores decisions of the other service, each once', async () => {
    const token = issueServiceToken(createKeyring([JWT_SECRET]), 'orchestrator');
    const decision: LoggedDecision = {
      id: '0199a8f2-0000-7000-8000-00000000aaaa',
      timestamp: '2026-01-02T03:04:05.678Z',
      service: 'orchestrator',
      user_id: NO_USER,
      username: 'somebody',
      email: '',
      roles: ['operator'],
      action: 'create',
      resource: 'servers:a\u0000b',
      context: JSON.stringify({ name: 'a\u0000b', check_mode: true }),
      matched: '[]',
      request_ip: '10.0.0.1',
      request_method: 'POST',
      request_path: '/workflows/servers/create',
      request_id: null,
      duration_ms: 0.25,
      decision: 'IMPLICIT_DENY',
      revision: 3,
    };
    const other = { ...decision, id: '0199a8f2-0000-7000-8000-00000000aaab' };
    const send = (decisions: LoggedDecision[]) =>
      service.internal.post('/internal/decisions').auth(token, { type: 'bearer' }).send({ decisions });
    expect(caller.dataOf(await send([decision]).expect(200))).toEqual({ kept: 1 });
    expect(caller.dataOf(await send([decision, other, decision]).expect(200))).toEqual({ kept: 1 });
    expect(caller.dataOf(await caller.call('get', `/decisions/${decision.id}`))).toMatchObject({
      service: 'orchestrator',
      timestamp: decision.timestamp,
      context: { name: 'a\u0000b', check_mode: true },
      resource: 'servers:a\ufffdb',
    });
  });

  it('drops decisions after 30 days', async () => {
    const { database } = service.api.opened;
    const at = new Date('2026-02-02T00:00:00Z');
    await removeOld(database, at, { sessionDays: 30, decisionDays: 30 });
    expect((await all()).every((record) => record.at >= new Date('2026-01-03T00:00:00Z'))).toBe(true);
  });
});

describe('a log that cannot be written', () => {
  const record = (id: string) => ({ id }) as DecisionRecord;

  it('keeps decisions up to a limit, and writes them in order once it can', async () => {
    const written: string[] = [];
    let away = true;
    const insert = (decisions: readonly DecisionRecord[]) => {
      if (away) return Promise.reject(new Error('away'));
      written.push(...decisions.map(({ id }) => id));
      return Promise.resolve(decisions.length);
    };
    const registry = new Registry();
    const writer = new DecisionWriter({ insert }, silentLogger, registry, 3);
    for (const id of ['a', 'b', 'c', 'd']) writer.record(record(id));
    await writer.flush();
    expect(written).toEqual([]);
    away = false;
    writer.record(record('e'));
    await writer.close();
    expect(written).toEqual(['c', 'd', 'e']);
    expect(await registry.metrics()).toContain('decisions_lost_total 2');
  });
});
