import { fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { PATIENCE_MS, waitFor } from './wait-for.js';

/** How a process ended: exactly one of the two is set. */
export interface NodeExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A Node process that a test started. */
export interface NodeProcess {
  pid: number;
  /** Everything that it has printed, standard output and errors together. */
  output(): string;
  /** Resolves with its next (or an earlier) message of that type over the IPC channel; rejects if it ends before. */
  message<T extends { type: string }>(type: string, timeout?: number): Promise<T>;
  /** Resolves when it prints something that matches; rejects if it ends before. */
  prints(pattern: RegExp, timeout?: number): Promise<void>;
  exited: Promise<NodeExit>;
  kill(signal?: NodeJS.Signals): void;
  /** Ends it: TERM, and KILL when it still runs after `graceMs` (default: a minute). */
  stop(graceMs?: number): Promise<NodeExit>;
}

/** How a Node process is started. */
export interface SpawnNodeOptions {
  /** Added to (or, with undefined, removed from) this process's environment. */
  env?: Record<string, string | undefined>;
  args?: string[];
  cwd?: string;
  /** The Node.js executable; default: the one of this process. */
  execPath?: string;
  uid?: number;
  gid?: number;
}

/** Runs a script in a Node process, with an IPC channel. The test must end it. */
export function spawnNode(script: string, options: SpawnNodeOptions = {}): NodeProcess {
  const { env = {}, args = [], ...rest } = options;
  // Jest's own switches and the run's databases are not passed on to the child.
  const { NODE_OPTIONS: _options, ...inherited } = process.env;
  const child = fork(script, args, {
    ...rest,
    env: { ...inherited, ...env } as NodeJS.ProcessEnv,
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  let ended = false;
  const messages: { type: string }[] = [];
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.on('message', (message) => messages.push(message as { type: string }));
  const exited = new Promise<NodeExit>((resolve) => {
    child.once('error', (error) => (output += error.message));
    child.once('close', (code, signal) => {
      ended = true;
      resolve({ code, signal });
    });
  });
  const whileRunning = async <T>(ask: () => T | undefined, what: string, timeout: number): Promise<T> => {
    const found = await waitFor(() => ask() ?? (ended ? 'ended' : undefined), { timeout, what }).catch(
      (error: Error) => {
        throw new Error(`${error.message}; it printed:\n${output}`);
      },
    );
    if (found === 'ended') throw new Error(`The process ended before ${what}; it printed:\n${output}`);
    return found as T;
  };
  return {
    pid: child.pid ?? -1,
    output: () => output,
    exited,
    message: <T extends { type: string }>(type: string, timeout = PATIENCE_MS) =>
      whileRunning(
        () => messages.find((message) => message.type === type) as T | undefined,
        `message "${type}"`,
        timeout,
      ),
    prints: async (pattern, timeout = PATIENCE_MS) => {
      await whileRunning(() => (pattern.test(output) ? true : undefined), `output ${pattern}`, timeout);
    },
    kill: (signal = 'SIGTERM') => child.kill(signal),
    stop: async (graceMs = 60_000) => {
      child.kill('SIGTERM');
      const timer = new AbortController();
      const late = sleep(graceMs, 'late' as const, { signal: timer.signal }).catch(() => undefined);
      if ((await Promise.race([exited, late])) === 'late') child.kill('SIGKILL');
      timer.abort();
      return exited;
    },
  };
}
