import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Failure } from '@provisioning/errors';
import { silentLogger, createRedis, startHttpServer } from '@provisioning/runtime';
import { describeWithRedis, ownRedis, waitFor } from '@provisioning/test-kit';
import supertest from 'supertest';
import { composeApi, type Api } from '../../src/compose/api.js';
import { PoliciesInForce } from '../../src/domain/policy/policies-in-force.js';
import type { StoredPolicySet } from '../../src/domain/policy/policy.js';
import { followAccessChanges } from '../../src/redis/follow-access-changes.js';
import { accessSignal } from '../../src/redis/access-signal.js';
import { callerOf } from '../support/api-caller.js';
import { startTestApi, testOverrides, type TestApi } from '../support/test-api.js';

describe('a change of policies', () => {
  let service: TestApi;
  let caller: ReturnType<typeof callerOf>;
  let other: Api;
  let server: Awaited<ReturnType<typeof startHttpServer>>;
  const faults: string[] = [];
  beforeAll(async () => {
    const log = { ...silentLogger, error: (message: string) => void faults.push(message) };
    service = await startTestApi({}, { log });
    caller = callerOf(service);
    other = composeApi(service.configuration, testOverrides);
    await other.prepare(() => undefined);
    server = await startHttpServer(other.app, { host: '127.0.0.1', port: 0, portVariable: 'none' });
  });
  afterAll(async () => {
    await server.close();
    await other.stop();
    await service.close();
  });

  it('applies in every process without a notice', async () => {
    const { token } = await caller.signedIn('guest');
    const elsewhere = async () =>
      (await supertest(server.url).get('/policies').auth(token, { type: 'bearer' })).status;
    expect(await elsewhere()).toBe(403);
    const allow = {
      effect: 'Allow',
      resource: 'policies:*',
      action: ['read'],
      condition: "user.role == 'guest'",
    };
    const id = await caller.policy([allow]);
    await waitFor(async () => (await elsewhere()) === 200);
    await caller.call('delete', `/policies/${id}`);
    await waitFor(async () => (await elsewhere()) === 403);
  });

  it('that cannot be used refuses every request until the policies can be used', async () => {
    const { database } = service.api.opened;
    const { token } = await caller.signedIn('viewer');
    const here = async () => (await caller.call('get', '/policies', undefined, token)).status;
    const id = await caller.policy([]);
    await database('policies')
      .where({ id })
      .update({
        rules: JSON.stringify([{ effect: 'Deny', resource: '*', action: ['*'], condition: 'no(' }]),
      });
    await database('policy_revision').update({ revision: database.raw('revision + 1') });
    await waitFor(() => faults.some((message) => message.includes('cannot be used')));
    expect(await here()).toBe(503);
    await database('policies').where({ id }).delete();
    await database('policy_revision').update({ revision: database.raw('revision + 1') });
    await waitFor(async () => (await here()) === 200);
    const deny = {
      effect: 'Deny',
      resource: 'policies:*',
      action: ['read'],
      condition: "user.role == 'viewer'",
    };
    await caller.policy([deny]);
    expect(await here()).toBe(403);
  });
});

describe('the policies in force', () => {
  const set = (revision: number, condition?: string): StoredPolicySet => ({
    revision,
    documents: [
      {
        name: 'p',
        version: '1',
        rules: [{ effect: 'Allow', resource: '*', action: ['*'], ...(condition ? { condition } : {}) }],
      },
    ],
  });

  it('are empty before they were read: nothing is allowed then', () => {
    const inForce = new PoliciesInForce(storeOf([]), () => undefined);
    expect(inForce.current).toThrow(
      expect.objectContaining({ kind: 'unavailable', code: 'policy_unavailable' }),
    );
  });

  it('are none while the stored ones are faulty, which is reported once', async () => {
    const faults: number[] = [];
    const inForce = new PoliciesInForce(
      storeOf([set(1), set(2, 'no('), set(2, 'no('), set(3)]),
      (_error, revision) => faults.push(revision),
    );
    const seen: (number | string)[] = [];
    for (let turn = 0; turn < 4; turn++) {
      await inForce.refresh();
      try {
        seen.push(inForce.current().revision);
      } catch (error) {
        seen.push((error as Failure).code);
      }
    }
    expect(seen).toEqual([1, 'policy_unsupported', 'policy_unsupported', 3]);
    expect(faults).toEqual([2]);
  });

  it('are the newest for any number of concurrent reads', async () => {
    const inForce = new PoliciesInForce(storeOf([set(1), set(2), set(3)]), () => undefined);
    await Promise.all([inForce.refresh(), inForce.refresh(), inForce.refresh()]);
    expect(inForce.current().revision).toBe(3);
  });

  function storeOf(sets: StoredPolicySet[]) {
    return {
      current: () => Promise.resolve(-1),
      inForce: () => Promise.resolve(sets.shift() as StoredPolicySet),
    };
  }
});

describeWithRedis('a process that follows the policies', () => {
  it('is woken through Redis, also after an outage of Redis', async () => {
    const redis = await ownRedis();
    let woken = 0;
    const stop = followAccessChanges(redis.url, silentLogger, () => (woken += 1));
    const producer = createRedis(redis.url, 'producer', silentLogger);
    const signal = accessSignal(producer);
    try {
      const wakes = async () => {
        const before = woken;
        await waitFor(() => {
          signal();
          return woken > before;
        });
      };
      await wakes();
      await redis.restart();
      await wakes();
    } finally {
      stop();
      producer.disconnect();
      await redis.stop();
    }
    expect(woken).toBeGreaterThan(1);
  });
});
