import { toolEnvironment } from '@provisioning/process';
import { Redis } from 'ioredis';
import { mkdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedError } from './embedded-error.js';
import { freePort } from './free-port.js';
import { keptSecret } from './kept-secret.js';
import { endRecorded, recordProcess } from './process-record.js';
import { redisProgram } from './redis-program.js';
import { ServerProcess } from './server-process.js';
import type { Log, RunningServer, StopOptions } from './server-process.js';

/** How an embedded Redis is started. */
export interface RedisOptions {
  /** Folder of its append-only file and password. Must belong to this process alone. */
  dataDir: string;
  log: Log;
  /** The port to use; default: a free one. */
  port?: number;
  /** Its abort ends the start. Without it, the start waits for as long as the server runs. */
  signal?: AbortSignal;
  /** Number of numbered databases; default: 16. */
  databases?: number;
}

const LEFTOVER_GRACE_MS = 5_000;
const ATTEMPTS = 5;
const PORT_TAKEN = /Address already in use|Failed listening on port/;

/**
 * Starts the machine's `redis-server` or `valkey-server` on 127.0.0.1; null where there is none. It accepts commands
 * when the promise resolves, and is durable (append-only file, written every second; nothing is evicted).
 * @throws EmbeddedError with the server's last lines and what to do.
 */
export async function startRedis(options: RedisOptions): Promise<RunningServer | null> {
  const { dataDir, log } = options;
  const program = await redisProgram(log);
  if (program === null) return null;
  await mkdir(join(dataDir, 'redis'), { recursive: true, mode: 0o700 });
  const folder = join(await realpath(dataDir), 'redis');
  const record = join(dataDir, 'redis.process');
  const left = await endRecorded(record, ['SIGTERM'], LEFTOVER_GRACE_MS);
  if (left !== null) log(`ended the Redis of an earlier run (process ${left})`);
  const { secret: password } = await keptSecret(join(dataDir, 'redis-password'));

  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    // Configured through standard input: every user of the machine can read command lines, and these contain a
    // password.
    const input = configuration({ folder, port, password, databases: options.databases ?? 16 });
    const server = new ServerProcess(program, ['-'], { cwd: folder, env: toolEnvironment(), input, log });
    await recordProcess(record, server.pid);
    const url = `redis://:${password}@127.0.0.1:${port}`;
    if (await becomesReady(server, url, options.signal)) {
      const stop = async (how?: StopOptions): Promise<void> => {
        await server.end(['SIGTERM'], how);
        await rm(record, { force: true });
      };
      return { url, port, pid: server.pid, exited: server.exited, stop };
    }
    await server.end(['SIGTERM']);
    if (attempt === ATTEMPTS || !PORT_TAKEN.test(server.tail)) throw failure(program, folder, server.tail);
    await sleep(attempt * 200);
  }
}

function configuration(values: {
  folder: string;
  port: number;
  password: string;
  databases: number;
}): string {
  return [
    'bind 127.0.0.1',
    `port ${values.port}`,
    `requirepass ${values.password}`,
    `databases ${values.databases}`,
    `dir ${JSON.stringify(values.folder)}`,
    'daemonize no',
    'save ""',
    'appendonly yes',
    'appendfsync everysec',
    'maxmemory-policy noeviction',
    '',
  ].join('\n');
}

/** Waits until the server answers: a slow machine or a long log to replay is not an error. */
async function becomesReady(server: ServerProcess, url: string, signal?: AbortSignal): Promise<boolean> {
  for (; signal?.aborted !== true; await sleep(30)) {
    if (server.ended !== undefined) return false;
    if (await answers(url)) return true;
  }
  return false;
}

/** PING is refused while the append-only file is being read. */
async function answers(url: string): Promise<boolean> {
  const client = new Redis(url, {
    lazyConnect: true,
    enableReadyCheck: false,
    retryStrategy: () => null,
    connectTimeout: 5_000,
    // The client's timer outlives the connection, and would keep this process running until it fires.
    disconnectTimeout: 50,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.ping()) === 'PONG';
  } catch {
    return false;
  } finally {
    client.disconnect();
  }
}

function failure(program: string, folder: string, tail: string): EmbeddedError {
  const advice = /No space left on device/i.test(tail)
    ? 'The disk is full. Free some space and start again.'
    : /Bad file format|Unexpected end of file/i.test(tail)
      ? `Its file is damaged: repair it with redis-check-aof --fix in ${folder}, or set REDIS_URL.`
      : 'Set REDIS_URL to use your own Redis instead.';
  const words = (tail === '' ? '(it said nothing)' : tail).split('\n').map((line) => `  ${line}`);
  return new EmbeddedError(
    [`${program} did not start (in ${folder}).`, 'Its last lines:', ...words, advice].join('\n'),
  );
}
