import { chown, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, spawnNode, temporaryFolder, type NodeProcess } from '@provisioning/test-kit';

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

/**
 * The built platform as `npm start` runs it: on separate ports and a separate data directory, without limits on
 * requests.
 * @param user who starts it; default: the user of the tests
 */
export async function startPlatform(
  environment: Record<string, string> = {},
  user?: { uid: number; gid: number },
): Promise<RunningPlatform> {
  const folder = await temporaryFolder('platform');
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
      ...environment,
    },
  });
  const stop = async () => {
    await started.stop(20_000);
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
