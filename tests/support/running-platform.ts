import { chown, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  cloneDatabase,
  freePort,
  spawnNode,
  temporaryFolder,
  type NodeProcess,
  type TestDatabase,
} from '@provisioning/test-kit';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const START = join(REPOSITORY, 'scripts/start.mjs');

export interface RunningPlatform {
  orchestratorUrl: string;
  controlCenterUrl: string;
  adminPassword: string;
  dataDir: string;
  process: NodeProcess;
  output(): string;
  stop(): Promise<void>;
}

/** How a platform is started. */
export interface PlatformOptions {
  /** Who starts it; default: the user of the tests. */
  user?: { uid: number; gid: number };
  /** With a Postgres of its own, as `npm start` has it. Default: a migrated database in the run's Postgres. */
  embeddedPostgres?: boolean;
}

/**
 * The built platform as `npm start` runs it: on separate ports and a separate data directory, without limits on
 * requests and with passwords that are cheap to check.
 */
export async function startPlatform(
  environment: Record<string, string> = {},
  { user, embeddedPostgres = false }: PlatformOptions = {},
): Promise<RunningPlatform> {
  const folder = await temporaryFolder('platform');
  const database: TestDatabase | undefined = embeddedPostgres ? undefined : await cloneDatabase('platform');
  if (user) await chown(folder.path, user.uid, user.gid);
  const [orchestrator, controlCenter] = [await freePort(), await freePort()];
  const started = spawnNode(START, {
    ...user,
    env: {
      ORCHESTRATOR_PORT: String(orchestrator),
      CONTROL_CENTER_PORT: String(controlCenter),
      PROVISIONING_DATA_DIR: folder.path,
      RATE_LIMIT_AUTH: '0',
      RATE_LIMIT_GENERAL: '0',
      BCRYPT_COST: '10',
      ...(database && { DATABASE_URL: database.url }),
      ...environment,
    },
  });
  const stop = async () => {
    await started.stop(20_000);
    await database?.drop();
    await folder.remove();
  };
  try {
    await started.prints(/Ctrl-C stops everything/);
    const adminPassword =
      environment['ADMIN_PASSWORD'] ?? (await readFile(join(folder.path, 'admin-password'), 'utf8')).trim();
    return {
      orchestratorUrl: `http://127.0.0.1:${orchestrator}`,
      controlCenterUrl: `http://127.0.0.1:${controlCenter}`,
      adminPassword,
      dataDir: folder.path,
      process: started,
      output: () => started.output(),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
