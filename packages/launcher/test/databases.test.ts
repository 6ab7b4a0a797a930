import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { describeWithRedis } from '@provisioning/test-kit';
import { Playground } from './launch.js';

const UP = /Ctrl-C stops everything/;

describeWithRedis('with databases of its own', () => {
  let playground: Playground;
  beforeEach(async () => {
    playground = await Playground.create();
  });
  afterEach(() => playground.remove());

  it('starts Postgres and Redis first, and restarts each when it dies', async () => {
    const launcher = playground.start({ DATABASE_URL: undefined, REDIS_URL: undefined });
    await launcher.prints(UP);
    expect(launcher.output()).toMatch(
      /Postgres: embedded[^]*Redis: the redis-server[^]*Migrations[^]*Control center/,
    );
    process.kill(await playground.pidOf('redis'), 'SIGKILL');
    process.kill(await playground.pidOf('postgres'), 'SIGKILL');
    await launcher.prints(/redis runs again/);
    await launcher.prints(/postgres runs again/);
    await expect(launcher.stop(15_000)).resolves.toEqual({ code: 0, signal: null });
  });

  it('runs without a Redis, and says what that means', async () => {
    const launcher = playground.start({ REDIS_URL: undefined, PATH: '/nonexistent' });
    await launcher.prints(/Redis: none found .*: workers take their work from Postgres/);
    await launcher.prints(UP);
  });
});
