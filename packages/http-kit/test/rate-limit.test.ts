import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RateClass } from '@provisioning/contracts';
import { createRedis, silentLogger } from '@provisioning/runtime';
import { describeWithRedis, ownRedis, waitFor, type OwnRedis } from '@provisioning/test-kit';
import express, { type Express } from 'express';
import type { Redis } from 'ioredis';
import supertest from 'supertest';
import type { Principal } from '../src/principal.js';
import { rateLimiters, type RateLimits } from '../src/rate-limit.js';
import { errorHandler } from '../src/send-error.js';
import { stateOf } from '../src/request-state.js';

const USER: Omit<Principal, 'id'> = {
  username: 'alice',
  email: 'alice@example.com',
  roles: [],
  sessionId: null,
  tokenId: 'token',
  expiresAt: 0,
};
/** How long a request waits for a Redis that is away. */
const AWAY_MS = 50;
/** No window ends within a test. */
const LONG_MS = 3_600_000;
const LIMITS = { auth: 4, general: 100, batch: 10 };

/** The operations of one process; the header X-User names the caller. */
function processWith(
  redis: Redis | undefined,
  limits: RateLimits = LIMITS,
  { trustProxy = 0, ...times }: { trustProxy?: number; windowMs?: number; countMs?: number } = {},
): Express {
  const limiter = rateLimiters({ limits, redis, windowMs: LONG_MS, ...times });
  const app = express().set('trust proxy', trustProxy);
  app.use((request, response, next) => {
    const id = request.get('x-user');
    if (id !== undefined) stateOf(response).principal = { ...USER, id };
    next();
  });
  const serve = (path: string, rateClass: RateClass, id: string) =>
    app.get(path, limiter(rateClass, id), (_request, response) => void response.json({}));
  serve('/login', 'auth', 'login');
  serve('/refresh', 'auth', 'refresh');
  serve('/tasks', 'general', 'listTasks');
  serve('/users', 'general', 'listUsers');
  serve('/batch', 'batch', 'executeBatch');
  return app.use(errorHandler(silentLogger));
}

/**
 * Sends all of these at once, to the processes in turn.
 * @returns the number of accepted requests.
 */
async function allowed(
  apps: readonly Express[],
  requests: number,
  path: string,
  headers: (n: number) => Record<string, string> = () => ({}),
): Promise<number> {
  const answers = await Promise.all(
    Array.from({ length: requests }, (_, n) =>
      supertest(apps[n % apps.length]!)
        .get(path)
        .set(headers(n)),
    ),
  );
  expect(answers.filter(({ status }) => status !== 200 && status !== 429)).toEqual([]);
  return answers.filter(({ status }) => status === 200).length;
}

describe('rate limits', () => {
  it('are counted for each user across addresses, and for each address without a user', async () => {
    const app = processWith(undefined, { ...LIMITS, general: 5 });
    expect(await allowed([app], 8, '/tasks', () => ({ 'X-User': 'ann' }))).toBe(5);
    expect(await allowed([app], 8, '/tasks', () => ({ 'X-User': 'bob' }))).toBe(5);
    expect(await allowed([app], 8, '/tasks')).toBe(5);
    // The other general operations share this budget.
    await supertest(app).get('/users').set('X-User', 'ann').expect(429);
  });

  it('are separate for sign-in and refresh, where a token makes no difference', async () => {
    const app = processWith(undefined);
    expect(await allowed([app], 8, '/login', (n) => ({ 'X-User': `user-${n}` }))).toBe(4);
    expect(await allowed([app], 8, '/refresh')).toBe(4);
    expect(await allowed([app], 12, '/batch', () => ({ 'X-User': 'ann' }))).toBe(10);
  });

  it('are not evaded by a forged X-Forwarded-For, and use it behind a trusted proxy', async () => {
    const forwarded = (n: number) => ({ 'X-Forwarded-For': `203.0.113.${n}` });
    expect(await allowed([processWith(undefined)], 8, '/login', forwarded)).toBe(4);
    expect(await allowed([processWith(undefined, LIMITS, { trustProxy: 1 })], 8, '/login', forwarded)).toBe(
      8,
    );
    // The client wrote the first address, the proxy the last.
    const prefixed = (n: number) => ({ 'X-Forwarded-For': `203.0.113.${n}, 198.51.100.7` });
    expect(await allowed([processWith(undefined, LIMITS, { trustProxy: 1 })], 8, '/login', prefixed)).toBe(4);
  });

  it('count a subscriber’s IPv6 network (/56) as one client', async () => {
    const app = processWith(undefined, LIMITS, { trustProxy: 1 });
    expect(await allowed([app], 8, '/login', (n) => ({ 'X-Forwarded-For': `2001:db8:1:10${n}::1` }))).toBe(4);
    await supertest(app).get('/login').set('X-Forwarded-For', '2001:db8:1:200::1').expect(200);
  });

  it('are shown in both notations, with the time after which to retry', async () => {
    const app = processWith(undefined, LIMITS, { windowMs: 60_000 });
    const first = await supertest(app).get('/login').expect(200);
    expect(first.headers).toMatchObject({
      'x-ratelimit-limit': '4',
      'x-ratelimit-remaining': '3',
      ratelimit: expect.stringMatching(/^"login"; r=3; t=\d+$/),
      'ratelimit-policy': expect.stringMatching(/^"login"; q=4; w=60; pk=/),
    });
    const reset = Number(first.headers['x-ratelimit-reset']);
    const now = Date.now() / 1000;
    expect(reset).toBeGreaterThanOrEqual(Math.floor(now));
    expect(reset).toBeLessThanOrEqual(now + 61);
    await allowed([app], 3, '/login');
    const { headers, body } = await supertest(app).get('/login').expect(429);
    expect(headers).toMatchObject({ 'x-ratelimit-limit': '4', 'x-ratelimit-remaining': '0' });
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect(body).toMatchObject({
      success: false,
      code: 'rate_limited',
      error: expect.stringContaining('4 a minute'),
    });
  });

  it('can be turned off separately', async () => {
    const app = processWith(undefined, { auth: 4, general: 0, batch: 0 });
    expect(await allowed([app], 30, '/tasks')).toBe(30);
    const { headers } = await supertest(app).get('/batch').expect(200);
    expect(headers).not.toHaveProperty('x-ratelimit-limit');
    expect(await allowed([app], 8, '/login')).toBe(4);
  });
});

describeWithRedis('rate limits that several processes share', () => {
  let server: OwnRedis;
  const clients: Redis[] = [];

  beforeAll(async () => {
    server = await ownRedis();
  });
  afterAll(() => {
    for (const client of clients) client.disconnect();
  });

  /** @param countMs how long a request waits for its count; unlimited where Redis is available */
  function process(limits: RateLimits = LIMITS, countMs = LONG_MS): Express {
    // Commands of a producer fail after 300 ms, which a busy machine may need for the flood of a test.
    const redis = createRedis(server.url, countMs === LONG_MS ? 'consumer' : 'producer', silentLogger);
    clients.push(redis);
    return processWith(redis, limits, { countMs });
  }

  const ready = () => waitFor(() => clients.every(({ status }) => status === 'ready'));

  it('are exact over four processes with concurrent requests', async () => {
    const apps = [process(), process(), process(), process()];
    await ready();
    const ann = () => ({ 'X-User': 'ann' });
    expect(await allowed(apps, 160, '/tasks', ann)).toBe(100);
    expect(await allowed(apps, 24, '/batch', ann)).toBe(10);
    expect(await allowed(apps, 12, '/login')).toBe(4);
    expect(await allowed(apps, 20, '/tasks', () => ({ 'X-User': 'bob' }))).toBe(20);
  });

  it('apply to a process that starts later', async () => {
    const app = process();
    await ready();
    expect(await allowed([app], 5, '/login')).toBe(0);
  });

  it('fall back to half the budget in memory while Redis is away, and fail no request', async () => {
    const apps = [process(LIMITS, AWAY_MS), process({ ...LIMITS, auth: 1 }, AWAY_MS)];
    await ready();
    await server.stop();
    expect(await allowed([apps[0]!], 6, '/login')).toBe(2);
    expect(await allowed([apps[0]!], 60, '/tasks', () => ({ 'X-User': 'ann' }))).toBe(50);
    // Never no budget at all.
    expect(await allowed([apps[1]!], 3, '/login')).toBe(1);
  });

  it('are counted although Redis was not available when the process started', async () => {
    const app = process(LIMITS, AWAY_MS);
    expect(await allowed([app], 6, '/login')).toBe(2);
  });
});
