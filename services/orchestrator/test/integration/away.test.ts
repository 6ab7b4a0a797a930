import { afterEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import {
  cloneDatabase,
  describeWithRedis,
  ownRedis,
  startRelay,
  waitFor,
  type OwnRedis,
  type Relay,
} from '@provisioning/test-kit';
import { createPostgres, silentLogger } from '@provisioning/runtime';
import { testApi, type TestApi } from '../support/test-api.js';

const CREATE = '/workflows/servers/create';
const workflow = (infra: string) => ({ infra, settings: 'config.ncl', check_mode: false, wait: false });

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function apiOn(
  environment: Record<string, string>,
  overrides: { patienceMs?: number } = {},
): Promise<TestApi> {
  const api = await testApi(environment, overrides);
  closers.push(() => api.stop());
  return api;
}

async function healthOf(api: TestApi) {
  const { body } = await api.as('viewer').get('/state/system/health').expect(200);
  return body.data as { components: Record<string, string>; reasons?: string[] };
}

describeWithRedis('an API that starts while its Redis', () => {
  async function redisBehindRelay(): Promise<{ redis: OwnRedis; relay: Relay }> {
    const redis = await ownRedis();
    closers.push(() => redis.stop());
    const relay = await startRelay(redis.url);
    closers.push(() => relay.close());
    return { redis, relay };
  }

  const states = {
    'is not there': (relay: Relay) => relay.refuse(),
    'accepts and never answers': (relay: Relay) => Promise.resolve(relay.freeze()),
  };
  it.each(Object.entries(states))(
    '%s answers everything, and wakes workers once it is back',
    async (_, take) => {
      const { relay } = await redisBehindRelay();
      await take(relay);
      const api = await apiOn({ REDIS_URL: relay.url, RATE_LIMIT_GENERAL: '1000' });
      await api.as('operator').post(CREATE).send(workflow('first')).expect(200);
      expect(await healthOf(api)).toMatchObject({
        components: { storage: 'Healthy', queue: 'Degraded' },
        reasons: expect.arrayContaining(['Redis does not answer.']),
      });
      await api.anonymous.get('/readyz').expect(200);
      const { text } = await api.anonymous.get('/metrics').expect(200);
      expect(text).toContain('redis_up 0');
      expect(text).not.toContain('orchestrator_queue_jobs{');

      await relay.mend();
      await waitFor(async () => (await healthOf(api)).components['queue'] === 'Healthy');
      await api.as('operator').post(CREATE).send(workflow('second')).expect(200);
      await waitFor(async () =>
        /orchestrator_queue_jobs\{state="waiting"\} 1\b/.test(
          (await api.anonymous.get('/metrics').expect(200)).text,
        ),
      );
    },
  );

  it('is out of memory reports it in its health, and loses nothing', async () => {
    const { redis } = await redisBehindRelay();
    const client = new Redis(redis.url);
    closers.push(() => client.quit());
    const api = await apiOn({ REDIS_URL: redis.url });
    await waitFor(async () => (await healthOf(api)).components['queue'] === 'Healthy');
    await client.config('SET', 'maxmemory', '1');
    const health = await healthOf(api);
    expect(health.components).toMatchObject({ storage: 'Healthy', queue: 'Degraded' });
    expect(health.reasons).toContain('Redis cannot store: it has reached its maxmemory.');
    await api.as('operator').post(CREATE).send(workflow('full')).expect(200);
  });
});

describe('while the database does not answer', () => {
  async function databaseBehindRelay(): Promise<{ relay: Relay; environment: Record<string, string> }> {
    const clone = await cloneDatabase('orchestrator');
    closers.push(() => clone.drop());
    const relay = await startRelay(clone.url);
    closers.push(() => relay.close());
    return { relay, environment: { DATABASE_URL: relay.url } };
  }

  it('every request is answered at its time limit, before one statement ends', async () => {
    const { relay, environment } = await databaseBehindRelay();
    const api = await apiOn(environment, { patienceMs: 200 });
    await api.as('viewer').get('/tasks').expect(200);
    relay.freeze();
    // Outside a request, so that only the limit of each statement ends it.
    let ended = false;
    const alone = api.database.raw('select 1').then(
      () => (ended = true),
      () => (ended = true),
    );
    const answers = await Promise.all([
      api.as('viewer').get('/tasks'),
      api.as('operator').post(CREATE).send(workflow('away')),
      api.as('operator').post('/tasks/0198f000-0000-7000-8000-000000000000/cancel'),
      // A user who is denied: the denial cannot be recorded either.
      api.as('viewer').post(CREATE).send(workflow('refused')),
    ]);
    expect(ended).toBe(false);
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual(
      answers.map(() => [503, 'database_unavailable']),
    );
    expect(await healthOf(api)).toMatchObject({ components: { storage: 'Unhealthy' } });
    await api.anonymous.get('/readyz').expect(503);
    await relay.mend();
    await alone;
    await waitFor(async () => (await api.as('viewer').get('/tasks')).status === 200);
  });

  it('no transaction is left open by a request that reached its time limit', async () => {
    const { relay, environment } = await databaseBehindRelay();
    const api = await apiOn(environment, { patienceMs: 200 });
    const body = { url: 'https://192.0.2.1/', events: ['task.completed'] };
    await api.as('admin').get('/webhooks').expect(200);
    relay.freeze();
    await api.as('admin').post('/webhooks').send(body).expect(503);
    await relay.mend();
    await waitFor(async () => {
      const { rows } = (await api.database.raw(
        `select from pg_stat_activity where datname = current_database() and state = 'idle in transaction'`,
      )) as { rows: unknown[] };
      return rows.length === 0;
    });
    await waitFor(async () => (await api.as('viewer').get('/tasks')).status === 200);
  });
});

describe('a database that cannot store', () => {
  it('is named in answers and in the health, and still serves reads', async () => {
    const clone = await cloneDatabase('orchestrator');
    closers.push(() => clone.drop());
    const api = await apiOn({ DATABASE_URL: clone.url });
    await api.as('operator').post(CREATE).send(workflow('before')).expect(200);
    const operators = createPostgres({
      url: clone.url,
      schema: 'orchestrator',
      applicationName: 'operators',
      log: silentLogger,
    });
    closers.push(() => operators.destroy());
    const name = new URL(clone.url).pathname.slice(1);
    await operators.raw(`alter database ${name} set default_transaction_read_only = on`);
    // It applies to sessions that begin from now on.
    await operators.raw(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = ? and pid <> pg_backend_pid()`,
      [name],
    );
    const fault = 'The database cannot store: it can only be read';
    const unhealthy = await waitFor(async () => {
      const health = await healthOf(api);
      return health.reasons?.some((reason) => reason.includes(fault)) ? health : undefined;
    });
    expect(unhealthy?.components['storage']).toBe('Unhealthy');
    const answer = await waitFor(async () => {
      const { status, body } = await api.as('operator').post(CREATE).send(workflow('after'));
      return status === 503 ? (body as object) : undefined;
    });
    expect(answer).toMatchObject({ code: 'database_cannot_store', error: expect.stringContaining(fault) });
    await api.as('viewer').get('/tasks').expect(200);
    await api.anonymous.get('/readyz').expect(200);
  });
});
