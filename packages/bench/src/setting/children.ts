import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

const START_MS = 30_000;
const STOP_MS = 10_000;

/** A process of the platform that serves. */
export interface Served {
  url: string;
  pid: number;
  stop(): Promise<void>;
}

/** Starts a service and waits until it reports its address to its supervisor. @throws with its output */
export async function serve(script: string, environment: Record<string, string>): Promise<Served> {
  const child = launch(script, environment);
  const printed = collect(child);
  const ready = new Promise<string>((resolve, reject) => {
    child.on('message', (message) => {
      // Safe cast: the child is part of the benchmark.
      const { type, url } = message as { type?: string; url?: string };
      if (type === 'ready') resolve(url ?? '');
    });
    child.once('exit', () => reject(new Error(`${script} ended:\n${printed()}`)));
  });
  const late = sleep(START_MS, undefined, { ref: false }).then(() => {
    throw new Error(`${script} did not start within ${START_MS / 1000} s:\n${printed()}`);
  });
  try {
    return { url: await Promise.race([ready, late]), pid: child.pid!, stop: () => stop(child) };
  } catch (error) {
    await stop(child);
    throw error;
  }
}

/** Runs a script to its end. @throws with its output if it fails */
export async function run(script: string, environment: Record<string, string>): Promise<void> {
  const child = launch(script, environment);
  const printed = collect(child);
  // Safe cast: the arguments of the event.
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${script} failed:\n${printed()}`);
}

function launch(script: string, environment: Record<string, string>): ChildProcess {
  return spawn(process.execPath, [script], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...environment, PATH: environment['PATH'] ?? '/usr/local/bin:/usr/bin:/bin' },
  });
}

function collect(child: ChildProcess): () => string {
  let text = '';
  const add = (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-20_000);
  };
  child.stdout?.on('data', add);
  child.stderr?.on('data', add);
  return () => text;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(late);
}
