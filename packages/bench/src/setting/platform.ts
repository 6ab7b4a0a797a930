import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPostgres, startRedis } from '@provisioning/embedded';
import { run, serve, type Served } from './children.js';
import { ADMIN_PASSWORD, JWT_SECRET } from './control-center.js';
import { request } from './request.js';

const SERVICES = fileURLToPath(new URL('../../../../services', import.meta.url));
const script = (service: string, name: string) => join(SERVICES, service, 'dist/src', name);

/** Options of {@link startPlatform}. */
export interface PlatformOptions {
  /** False for the platform without Redis. */
  redis: boolean;
  workers: number;
  /** Further variables of the worker or of all processes. */
  environment?: Record<string, string>;
  /** Between the services and their Postgres: takes its connection string, returns the one that the services are given. */
  between?: (databaseUrl: string) => Promise<string>;
  /** Fills the migrated database before anything is started. */
  fill?: (databaseUrl: string) => Promise<void>;
}

/** The whole platform with default settings on separate databases, without rate limits, with the provider `noop`. */
export interface Platform {
  orchestratorUrl: string;
  controlCenterUrl: string;
  databaseUrl: string;
  redisUrl: string | undefined;
  /** Process id of Redis. */
  redis: number | undefined;
  /** A token of the admin, valid for hours. */
  token: string;
  /** Process ids. */
  controlCenter: number;
  api: number;
  workers: readonly number[];
  /** The addresses at which the workers answer probes and report metrics. */
  workerUrls: readonly string[];
  stop(): Promise<void>;
}

/** Starts the platform and waits until it is ready. */
export async function startPlatform({
  redis,
  workers,
  environment: more = {},
  between,
  fill,
}: PlatformOptions): Promise<Platform> {
  const folder = await mkdtemp(join(tmpdir(), 'provisioning-bench-'));
  const undo: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const stop = async () => {
    for (let each = undo.pop(); each; each = undo.pop()) await each();
  };
  const started = async (path: string, environment: Record<string, string>): Promise<Served> => {
    const served = await serve(path, environment);
    undo.push(() => served.stop());
    return served;
  };
  try {
    const quiet = { dataDir: folder, log: () => undefined };
    const postgres = await startPostgres(quiet);
    undo.push(() => postgres.stop());
    const server = redis ? await startRedis(quiet) : null;
    if (redis && server === null) throw new Error('There is neither redis-server nor valkey-server on PATH.');
    if (server) undo.push(() => server.stop());
    const environment: Record<string, string> = {
      DATABASE_URL: between ? await between(postgres.url) : postgres.url,
      ...(server && { REDIS_URL: server.url }),
      PROVISIONING_DATA_DIR: folder,
      PROVISIONING_TEST_DRIVER: '1',
      PROVISIONING_COMMAND: '/bin/true',
      CONTROL_CENTER_PORT: '0',
      ORCHESTRATOR_PORT: '0',
      WORKER_PORT: '0',
      JWT_SECRET,
      ADMIN_PASSWORD,
      RATE_LIMIT_AUTH: '0',
      RATE_LIMIT_GENERAL: '0',
      RATE_LIMIT_BATCH: '0',
      LOG_LEVEL: 'error',
      ...more,
    };
    await run(script('control-center', 'migrate.js'), environment);
    await run(script('orchestrator', 'migrate.js'), environment);
    await fill?.(postgres.url);
    const controlCenter = await started(script('control-center', 'api.js'), environment);
    environment['CONTROL_CENTER_URL'] = controlCenter.url;
    const api = await started(script('orchestrator', 'api.js'), environment);
    const running: Served[] = [];
    for (let slot = 0; slot < workers; slot++) {
      const worker = await started(script('orchestrator', 'worker.js'), {
        ...environment,
        WORKER_SLOT: String(slot),
      });
      running.push(worker);
    }
    return {
      orchestratorUrl: api.url,
      controlCenterUrl: controlCenter.url,
      databaseUrl: postgres.url,
      redisUrl: server?.url,
      redis: server?.pid,
      token: await tokenOf(controlCenter.url),
      controlCenter: controlCenter.pid,
      api: api.pid,
      workers: running.map(({ pid }) => pid),
      workerUrls: running.map(({ url }) => url),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function tokenOf(url: string): Promise<string> {
  const body = { username: 'admin', password: ADMIN_PASSWORD };
  const { status, text } = await request(url, 'POST', '/auth/login', body);
  if (status !== 200) throw new Error(`signing in was answered with ${status}: ${text}`);
  // Safe cast: the contract of the operation defines this answer.
  return (JSON.parse(text) as { data: { token: string } }).data.token;
}
