import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '@provisioning/embedded';
import { ADMIN_PASSWORD } from './control-center.js';
import { request } from './request.js';

const REPOSITORY = fileURLToPath(new URL('../../../../', import.meta.url));
const LOOK_MS = 50;
const START_MS = 120_000;
const STOP_MS = 30_000;

/** `npm start` with separate data. */
export interface Launcher {
  /** Starts it, waits until both services are ready, and stops it. @returns the seconds until both were ready */
  startAndStop(): Promise<number>;
  remove(): Promise<void>;
}

/** Prepares the folder and the ports of a launcher. */
export async function launcher(): Promise<Launcher> {
  const folder = await mkdtemp(join(tmpdir(), 'provisioning-bench-'));
  const ports = { orchestrator: await freePort(), controlCenter: await freePort() };
  const environment = {
    // As in a shell, without the caller's settings.
    PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
    HOME: folder,
    PROVISIONING_DATA_DIR: folder,
    ORCHESTRATOR_PORT: String(ports.orchestrator),
    CONTROL_CENTER_PORT: String(ports.controlCenter),
    ADMIN_PASSWORD,
  };
  return {
    startAndStop: () => startAndStop(environment, Object.values(ports)),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function startAndStop(environment: Record<string, string>, ports: number[]): Promise<number> {
  const start = performance.now();
  const child = spawn('npm', ['start'], {
    cwd: REPOSITORY,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    // So that everything that it has started can be ended with it.
    detached: true,
  });
  const exited = once(child, 'exit');
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (printed = (printed + chunk.toString()).slice(-5_000)));
  try {
    for (const until = Date.now() + START_MS; !(await allReady(ports)); await sleep(LOOK_MS)) {
      if (child.exitCode !== null) throw new Error(`npm start has ended:\n${printed}`);
      if (Date.now() > until)
        throw new Error(`npm start was not ready within ${START_MS / 1000} s:\n${printed}`);
    }
    return (performance.now() - start) / 1000;
  } finally {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
    const late = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, STOP_MS);
    await exited;
    clearTimeout(late);
  }
}

async function allReady(ports: readonly number[]): Promise<boolean> {
  const answers = await Promise.all(
    ports.map((port) =>
      request(`http://127.0.0.1:${port}`, 'GET', '/readyz').then(
        ({ status }) => status === 200,
        () => false,
      ),
    ),
  );
  return answers.every(Boolean);
}
