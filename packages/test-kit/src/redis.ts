import { startRedis } from '@provisioning/embedded';
import type { RunningServer } from '@provisioning/embedded';
import { Redis } from 'ioredis';
import { requiredSetting } from './settings.js';
import { temporaryFolder } from './temporary-folder.js';

/** Whether this run has a Redis. Only a machine without one (and never CI) may skip what needs it. */
export const hasRedis = Boolean(process.env['TEST_REDIS_URL']);

const COUNTER = 'test-kit:databases-given';

/**
 * Returns the URL of an empty numbered database that no other test file has. Published messages are visible in all
 * databases: a test that subscribes to channels with fixed names uses {@link ownRedis}.
 */
export async function redisUrl(): Promise<string> {
  const server = new Redis(requiredSetting('TEST_REDIS_URL'));
  try {
    const [, databases] = (await server.config('GET', 'databases')) as [string, string];
    const number = 1 + ((await server.incr(COUNTER)) % (Number(databases) - 1));
    await server.select(number);
    await server.flushdb();
    const url = new URL(requiredSetting('TEST_REDIS_URL'));
    url.pathname = `/${number}`;
    return url.toString();
  } finally {
    await server.quit();
  }
}

/** A Redis server that a test can stop and restart. */
export interface OwnRedis extends RunningServer {
  /** Restarts it on the same port, with its data. */
  restart(): Promise<void>;
}

/** A private Redis server that a test can stop, kill and restart. `stop()` it at the end. */
export async function ownRedis(): Promise<OwnRedis> {
  const folder = await temporaryFolder('redis');
  let running = await started(folder.path);
  return {
    url: running.url,
    port: running.port,
    get pid() {
      return running.pid;
    },
    get exited() {
      return running.exited;
    },
    restart: async () => {
      await running.stop();
      running = await started(folder.path, running.port);
    },
    stop: async () => {
      await running.stop();
      await folder.remove();
    },
  };
}

async function started(dataDir: string, port?: number): Promise<RunningServer> {
  const server = await startRedis({ dataDir, log: () => undefined, ...(port === undefined ? {} : { port }) });
  if (server === null) throw new Error('There is no redis-server on this machine.');
  return server;
}
