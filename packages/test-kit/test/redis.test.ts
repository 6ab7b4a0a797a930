import { expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { describeWithRedis, ownRedis, redisUrl } from '../src/index.js';

describeWithRedis('Redis for tests', () => {
  it('gives each caller an empty database that no other has', async () => {
    const [first, second] = [new Redis(await redisUrl()), new Redis(await redisUrl())];
    await first.set('mine', '1');
    expect(await second.get('mine')).toBeNull();
    await Promise.all([first.quit(), second.quit()]);
  });

  it('restarts a private server on the same port with its data', async () => {
    const server = await ownRedis();
    const client = new Redis(server.url, { retryStrategy: () => 50 });
    client.on('error', () => undefined);
    await client.set('kept', 'yes');
    const firstPid = server.pid;
    await server.restart();
    expect(await client.get('kept')).toBe('yes');
    expect(server.pid).not.toBe(firstPid);
    await client.quit();
    await server.stop();
  });
});
