import { redisProgram, startPostgres, startRedis } from '@provisioning/embedded';
import type { RunningServer } from '@provisioning/embedded';
import type { Journal } from './journal.js';
import type { Startable } from './processes/startable.js';
import { postgresEntry, redisEntry } from './terminal/severity.js';

/** An embedded database: a restarted one keeps the URL of its first start. */
export interface Database extends Startable {
  /** Its URL, once it was started. */
  readonly url: string | undefined;
}

const STOP_MS = 1_500;

/** Returns the embedded Postgres of this data directory, not started yet. */
export async function embeddedPostgres(dataDir: string, journal: Journal): Promise<Database> {
  const log = await journal.writer('postgres', postgresEntry);
  return database('postgres', (options) => startPostgres({ dataDir, log, ...options }));
}

/** Null where this machine has no Redis program. */
export async function embeddedRedis(dataDir: string, journal: Journal): Promise<Database | null> {
  const log = await journal.writer('redis', redisEntry);
  if ((await redisProgram(log)) === null) return null;
  return database('redis', async (options) => {
    const server = await startRedis({ dataDir, log, ...options });
    if (server === null) throw new Error('neither redis-server nor valkey-server is on PATH any more');
    return server;
  });
}

function database(
  name: string,
  start: (options: { port?: number; signal: AbortSignal }) => Promise<RunningServer>,
): Database {
  let first: RunningServer | undefined;
  return {
    name,
    stopWithinMs: STOP_MS,
    get url() {
      return first?.url;
    },
    start: async (signal) => {
      const server = await start({ signal, ...(first && { port: first.port }) });
      first ??= server;
      return server;
    },
  };
}
