import { spawn } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** How a process ended: exactly one of the two is set. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A database server that runs as a child process. */
export interface RunningServer {
  url: string;
  port: number;
  pid: number;
  /** Resolves when it ends, requested or not; never rejects. */
  exited: Promise<Exit>;
  /** Shuts it down in an orderly way; may be called more than once. */
  stop(options?: StopOptions): Promise<void>;
}

/** How a server is stopped. */
export interface StopOptions {
  /** Time between two signals, from mild to hard, in milliseconds; default: 6 s. */
  graceMs?: number;
  /** Once aborted, the signals follow each other at once. */
  hurry?: AbortSignal;
}

/** Gets each line that a server prints. */
export type Log = (line: string) => void;

const TAIL_LINES = 12;
const STOP_GRACE_MS = 6_000;
const HURRIED_MS = 500;

/** A spawned server program: its last lines are kept for the error message, every line goes to the log. */
export class ServerProcess {
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #tail: string[] = [];
  #ended: Exit | undefined;

  constructor(program: string, args: string[], options: SpawnOptions & { log: Log; input?: string }) {
    const { log, input, ...spawnOptions } = options;
    this.#child = spawn(program, args, {
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      // In a process group of its own: a Ctrl-C in the terminal must not stop the database before its clients.
      detached: true,
      ...spawnOptions,
    });
    this.exited = new Promise((resolve) => {
      const end = (exit: Exit): void => {
        this.#ended ??= exit;
        resolve(exit);
      };
      this.#child.once('error', (error) => {
        this.#tail.push(error.message);
        end({ code: 127, signal: null });
      });
      this.#child.once('close', (code, signal) => end({ code, signal }));
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.#tail.push(line);
        if (this.#tail.length > TAIL_LINES) this.#tail.shift();
        log(line);
      });
    }
    if (input !== undefined && this.#child.stdin !== null) {
      // A program that ends at once closes its input early; its exit status says more than this error.
      this.#child.stdin.on('error', () => undefined);
      this.#child.stdin.end(input);
    }
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  get ended(): Exit | undefined {
    return this.#ended;
  }

  get tail(): string {
    return this.#tail.join('\n');
  }

  /** Sends each signal in turn, with the grace period between them, KILL at last, until it has ended. */
  async end(signals: NodeJS.Signals[], { graceMs = STOP_GRACE_MS, hurry }: StopOptions = {}): Promise<void> {
    for (const signal of [...signals, 'SIGKILL' as const]) {
      if (this.#ended !== undefined) return;
      this.#child.kill(signal);
      const timer = new AbortController();
      // Each signal waits for one abort only, so that the server still has a moment for each.
      const stopWaiting = hurry?.aborted === false ? [hurry, timer.signal] : [timer.signal];
      const grace = sleep(hurry?.aborted === true ? HURRIED_MS : graceMs, undefined, {
        signal: AbortSignal.any(stopWaiting),
      });
      await Promise.race([this.exited, grace.catch(() => undefined)]);
      timer.abort();
    }
    await this.exited;
  }
}
