import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createRedis, silentLogger } from '@provisioning/runtime';
import { describeWithRedis, ownRedis, waitFor, type OwnRedis } from '@provisioning/test-kit';
import express, { type Express } from 'express';
import type { Redis } from 'ioredis';
import supertest from 'supertest';
import { rateLimiters } from '../src/rate-limit.js';
import { errorHandler } from '../src/send-error.js';

describeWithRedis('limits that several processes share', () => {
  let server: OwnRedis;
  const clients: Redis[] = [];

  beforeAll(async () => {
    server = await ownRedis();
  });
  afterAll(async () => {
    for (const client of clients) client.disconnect();
  });

  /** What one process would make: a client and limiters of its own. */
  function process(): Express {
    const redis = createRedis(server.url, 'producer', silentLogger);
    clients.push(redis);
    const limiter = rateLimiters({ limits: { auth: 4, general: 100, batch: 10 }, redis });
    return express()
      .get('/', limiter('auth', 'login'), (_request, response) => void response.json({}))
      .use(errorHandler(silentLogger));
  }

  async function allowed(apps: Express[], requests: number): Promise<number> {
    const answers = [];
    for (let n = 0; n < requests; n++) answers.push(await supertest(apps[n % apps.length]!).get('/'));
    return answers.filter(({ status }) => status === 200).length;
  }

  const ready = () => waitFor(() => clients.every(({ status }) => status === 'ready'));

  it('hold over two processes together', async () => {
    const apps = [process(), process()];
    await ready();
    expect(await allowed(apps, 10)).toBe(4);
  });

  it('fall back to half the budget in memory while Redis is away, and fail no request', async () => {
    const apps = [process()];
    await ready();
    await server.stop();
    expect(await allowed(apps, 6)).toBe(2);
  });
});
