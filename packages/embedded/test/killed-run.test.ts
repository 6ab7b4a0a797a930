import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { describeWithRedis, spawnNode, temporaryFolder } from '@provisioning/test-kit';
import type { SpawnNodeOptions, TemporaryFolder } from '@provisioning/test-kit';
import { Redis } from 'ioredis';
import { spawnSync } from 'node:child_process';
import { chown } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

const script = fileURLToPath(new URL('./fixtures/start-and-wait.mjs', import.meta.url));
const NOBODY = 65_534;
const users: [string, SpawnNodeOptions][] = [['the user of this run', {}]];
// Root can also run it as another user, unless a folder above the checkout is private to root.
if (process.getuid?.() === 0 && mayRead({ uid: NOBODY, gid: NOBODY })) {
  users.push(['an ordinary user', { uid: NOBODY, gid: NOBODY }]);
}

function mayRead(user: { uid: number; gid: number }): boolean {
  return spawnSync('/bin/sh', ['-c', 'test -r "$0"', script], { ...user, cwd: '/' }).status === 0;
}

interface Ready {
  type: 'ready';
  postgres: string;
  postgresPid: number;
  redis: string;
  redisPid: number;
}

describeWithRedis.each(users)('a start after the last one was killed, as %s', (_, user) => {
  let folder: TemporaryFolder;
  beforeEach(async () => {
    folder = await temporaryFolder('killed');
    if (user.uid !== undefined) await chown(folder.path, NOBODY, NOBODY);
  });
  afterEach(() => folder.remove());

  it('ends the servers that were left running and finds their data', async () => {
    const start = () => spawnNode(script, { ...user, env: { DATA_DIR: folder.path, HOME: '/nonexistent' } });
    const killed = start();
    const before = await killed.message<Ready>('ready');
    await write(before);
    killed.kill('SIGKILL');
    await killed.exited;

    const second = start();
    const after = await second.message<Ready>('ready');
    expect(second.output()).toContain(`ended the Postgres of an earlier run (process ${before.postgresPid})`);
    expect(second.output()).toContain(`ended the Redis of an earlier run (process ${before.redisPid})`);
    expect(await read(after)).toEqual({ postgres: 'kept', redis: 'kept' });
    await expect(second.stop()).resolves.toEqual({ code: 0, signal: null });
  });
});

async function write({ postgres, redis }: Ready): Promise<void> {
  await withClients(postgres, redis, async (client, cache) => {
    await client.query("create table note as select 'kept' as text");
    await cache.set('note', 'kept');
  });
}

async function read({ postgres, redis }: Ready): Promise<{ postgres: string; redis: string | null }> {
  return withClients(postgres, redis, async (client, cache) => {
    const { rows } = await client.query<{ text: string }>('select text from note');
    return { postgres: rows[0]?.text ?? '', redis: await cache.get('note') };
  });
}

async function withClients<T>(
  url: string,
  redisUrl: string,
  work: (client: pg.Client, cache: Redis) => Promise<T>,
): Promise<T> {
  const [client, cache] = [new pg.Client({ connectionString: url }), new Redis(redisUrl)];
  await client.connect();
  try {
    return await work(client, cache);
  } finally {
    await client.end();
    await cache.quit();
  }
}
