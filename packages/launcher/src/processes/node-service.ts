import type { Exit } from '@provisioning/embedded';
import { sendEnvironment, splitEnvironment } from '@provisioning/process';
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeExit } from './describe-exit.js';
import { StartError } from './start-error.js';
import type { Running } from './startable.js';

/** One process of the platform, as data. */
export interface NodeSpec {
  name: string;
  /** Path of the compiled entry point. */
  script: string;
  env: NodeJS.ProcessEnv;
  stopWithinMs: number;
}

/** Gets each line that a process prints. */
export type Lines = (stream: 'stdout' | 'stderr', line: string) => void;

/** Standard input of the child, from which it reads the secret part of its environment. */
const ENVIRONMENT_FD = 4;
const TAIL_LINES = 12;

/**
 * Starts a script of the platform. It resolves when the script reports over its IPC channel that it is ready, without a
 * time limit: a slow machine is not an error. An abort of the signal ends it.
 * @param started gets its id as soon as it exists.
 * @throws StartError with its last lines when it ends before.
 */
export async function startNode(
  spec: NodeSpec,
  lines: Lines,
  signal: AbortSignal,
  started: (pid: number) => Promise<void> = () => Promise.resolve(),
): Promise<Running> {
  const { child, exited, tail } = launch(spec, lines);
  const kill = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', kill, { once: true });
  const ready = new Promise<'ready'>((resolve) => {
    child.on('message', (message) => {
      // Safe cast: the type of the member is compared.
      if ((message as { type?: unknown } | null)?.type === 'ready') resolve('ready');
    });
  });
  if (child.pid !== undefined) await started(child.pid);
  const outcome = await Promise.race([ready, exited]);
  signal.removeEventListener('abort', kill);
  if (outcome === 'ready')
    return {
      pid: child.pid ?? -1,
      exited,
      stop: (how) => stop(child, exited, { graceMs: spec.stopWithinMs, ...how }),
    };
  throw new StartError(`${spec.name} ${describeExit(outcome)} before it was ready. ${lastLines(tail)}`);
}

/**
 * Runs a script of the platform to its end.
 * @throws with its last lines unless it ends with status 0.
 */
export async function runNode(spec: NodeSpec, lines: Lines, signal: AbortSignal): Promise<void> {
  const { child, exited, tail } = launch(spec, lines);
  const kill = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', kill, { once: true });
  const exit = await exited;
  signal.removeEventListener('abort', kill);
  if (exit.code !== 0) throw new StartError(`${spec.name} ${describeExit(exit)}. ${lastLines(tail)}`);
}

function launch(
  spec: NodeSpec,
  lines: Lines,
): { child: ChildProcess; exited: Promise<Exit>; tail: string[] } {
  const { visible, hidden } = splitEnvironment(spec.env, ENVIRONMENT_FD);
  const child = fork(spec.script, [], {
    env: visible,
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
    // In a process group of its own: a Ctrl-C in the terminal reaches only the supervisor, which ends all in the right
    // order.
    detached: true,
  });
  // A pipe, by the `stdio` above; absent where nothing could be started.
  // Safe cast: a pipe was asked for there.
  const pipe = child.stdio[ENVIRONMENT_FD] as Writable | null | undefined;
  if (pipe) sendEnvironment(pipe, hidden);
  const tail: string[] = [];
  for (const stream of ['stdout', 'stderr'] as const) {
    const source = child[stream];
    if (source === null) continue;
    createInterface({ input: source }).on('line', (line) => {
      tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
      lines(stream, line);
    });
  }
  const exited = new Promise<Exit>((resolve) => {
    child.once('error', (error) => {
      tail.push(error.message);
      resolve({ code: 127, signal: null });
    });
    // Not `close`: children that a process leaves behind may hold its pipes open forever.
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  return { child, exited, tail };
}

async function stop(
  child: ChildProcess,
  exited: Promise<Exit>,
  how: { graceMs: number; hurry?: AbortSignal },
): Promise<void> {
  child.kill('SIGTERM');
  const timer = new AbortController();
  const cut = AbortSignal.any(how.hurry === undefined ? [timer.signal] : [timer.signal, how.hurry]);
  await Promise.race([exited, sleep(how.graceMs, undefined, { signal: cut }).catch(() => undefined)]);
  timer.abort();
  sweep(child.pid);
  await exited;
}

/** Kills what is left of the process's group, including the process itself. */
function sweep(group: number | undefined): void {
  if (group === undefined) return;
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // Nothing is left, the usual case.
  }
}

function lastLines(tail: string[]): string {
  return tail.length === 0
    ? 'It said nothing.'
    : `Its last lines:\n${tail.map((line) => `  ${line}`).join('\n')}`;
}
