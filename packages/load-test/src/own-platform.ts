import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@provisioning/embedded';

const START = join(import.meta.dirname, '../../../scripts/start.mjs');
const START_MS = 180_000;
const STOP_MS = 20_000;

/** A platform that runs for one load test. */
export interface OwnPlatform {
  orchestratorUrl: string;
  controlCenterUrl: string;
  username: string;
  password: string;
  stop(): Promise<void>;
}

/**
 * A platform as `npm start` makes it, in a separate folder and on loopback, without limits; its commands do nothing.
 */
export async function startOwnPlatform(environment: NodeJS.ProcessEnv): Promise<OwnPlatform> {
  const folder = await mkdtemp(join(tmpdir(), 'provisioning-load-'));
  const [orchestrator, controlCenter] = [await freePort(), await freePort()];
  const child = fork(START, [], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...environment,
      ORCHESTRATOR_PORT: String(orchestrator),
      CONTROL_CENTER_PORT: String(controlCenter),
      PROVISIONING_DATA_DIR: folder,
      PROVISIONING_COMMAND: '/bin/true',
      PROVISIONING_TEST_DRIVER: '1',
      LOG_LEVEL: 'warn',
      RATE_LIMIT_AUTH: '0',
      RATE_LIMIT_GENERAL: '0',
      RATE_LIMIT_BATCH: '0',
    },
  });
  const exited = once(child, 'exit');
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await exited;
      clearTimeout(late);
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await served(child, exited);
    const password =
      environment['ADMIN_PASSWORD'] ?? (await readFile(join(folder, 'admin-password'), 'utf8')).trim();
    return {
      orchestratorUrl: `http://127.0.0.1:${orchestrator}`,
      controlCenterUrl: `http://127.0.0.1:${controlCenter}`,
      username: environment['ADMIN_USERNAME'] ?? 'admin',
      password,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function served(child: ReturnType<typeof fork>, exited: Promise<unknown>): Promise<void> {
  let output = '';
  const ready = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        output = `${output}${chunk.toString()}`.slice(-10_000);
        if (output.includes('Ctrl-C stops everything')) resolve();
      });
    }
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`The platform did not start in time. It said:\n${output}`)),
      START_MS,
    );
  });
  const died = exited.then(() => {
    throw new Error(`The platform ended while it started. It said:\n${output}`);
  });
  try {
    await Promise.race([ready, late, died]);
  } finally {
    clearTimeout(timer);
    died.catch(() => undefined);
  }
}
