import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.js';
import { postgresBinaries } from './postgres-binaries.js';
import { SUPERUSER, postgresCluster } from './postgres-cluster.js';
import { answers, ensureDatabase } from './postgres-client.js';
import { postgresFailure } from './postgres-failure.js';
import { postgresHome } from './postgres-home.js';
import { processStart } from './process-identity.js';
import { endRecorded, recordProcess } from './process-record.js';
import { ServerProcess } from './server-process.js';
import type { Log, RunningServer } from './server-process.js';
import { unprivilegedUser } from './system-user.js';

/** How an embedded Postgres is started. */
export interface PostgresOptions {
  /** Folder of the data and the password (or of the note that names it). Must belong to this process alone. */
  dataDir: string;
  log: Log;
  /** The port to use; default: a free one. */
  port?: number;
  /** Its abort ends the start. Without it, the start waits for as long as the server runs. */
  signal?: AbortSignal;
  /** False only for data that may be lost (tests). */
  durable?: boolean;
  /** Connections that it accepts at once; default 200. */
  maxConnections?: number;
}

const DATABASE = 'provisioning';
const ATTEMPTS = 5;
/**
 * A fast shutdown first (sessions are ended, everything is written), then an immediate one, after which the log is
 * replayed.
 */
const STOP_SIGNALS: NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];
const LEFTOVER_GRACE_MS = 6_000;
/** Temporary faults: another process took the port, or sessions of a killed server are still ending. */
const PASSING =
  /Address already in use|could not create any TCP\/IP sockets|pre-existing shared memory block/;

/**
 * Starts an embedded Postgres 18 on 127.0.0.1, or takes over the data of a killed run. It accepts connections when the
 * promise resolves.
 * @throws EmbeddedError with the server's last lines and what to do.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningServer> {
  const { dataDir, log } = options;
  await mkdir(dataDir, { recursive: true });
  const user = await unprivilegedUser();
  const home = await postgresHome(dataDir, user);
  const record = join(dataDir, 'postgres.process');
  const left = await endRecorded(record, STOP_SIGNALS, LEFTOVER_GRACE_MS);
  if (left !== null) log(`ended the Postgres of an earlier run (process ${left})`);

  const binaries = await postgresBinaries(home, user);
  const { directory, password } = await postgresCluster({ dataDir, home, binaries, user, log });
  await removeForeignPidFile(directory);

  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    const server = new ServerProcess(binaries.postgres, serverArguments(directory, port, options), {
      ...user,
      cwd: home,
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
      log,
    });
    await recordProcess(record, server.pid);
    const base = `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}`;
    if (await becomesReady(server, `${base}/postgres`, options.signal)) {
      await ensureDatabase(`${base}/postgres`, DATABASE);
      return {
        url: `${base}/${DATABASE}`,
        port,
        pid: server.pid,
        exited: server.exited,
        stop: async (how) => {
          await server.end(STOP_SIGNALS, how);
          await rm(record, { force: true });
        },
      };
    }
    await server.end(STOP_SIGNALS);
    if (attempt === ATTEMPTS || !PASSING.test(server.tail)) {
      throw await postgresFailure('did not start', server.tail, home);
    }
    await sleep(attempt * 300);
  }
}

function serverArguments(
  directory: string,
  port: number,
  { durable = true, maxConnections = 200 }: PostgresOptions,
): string[] {
  const settings: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    port,
    // A Unix socket would need a short path that is unique to the checkout, so TCP is used.
    unix_socket_directories: '',
    max_connections: maxConnections,
    shared_buffers: '128MB',
    max_wal_size: '512MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] %a ',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return [
    '-D',
    directory,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}

/** Waits until the server answers: a slow machine or a long log to replay is not an error. */
async function becomesReady(server: ServerProcess, url: string, signal?: AbortSignal): Promise<boolean> {
  for (; signal?.aborted !== true; await sleep(50)) {
    if (server.ended !== undefined) return false;
    if (await answers(url)) return true;
  }
  return false;
}

/**
 * Postgres refuses to start when the process id in a killed server's postmaster.pid now belongs to another program. The
 * embedded server is known to have ended at this point, so such a file is stale.
 */
async function removeForeignPidFile(directory: string): Promise<void> {
  const file = join(directory, 'postmaster.pid');
  const [pid = '', folder = ''] = (await readFile(file, 'utf8').catch(() => '')).split('\n');
  if (!/^\d+$/.test(pid) || folder !== directory || (await processStart(Number(pid))) === null) return;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (command !== '' && !command.includes(directory)) await rm(file);
}
