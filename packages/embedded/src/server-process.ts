import { spawn } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** How a process ended: exactly one of the two is set. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A database server that runs as our child. */
export interface RunningServer {
  url: string;
  port: number;
  pid: number;
  /** Resolves when it ends, wanted or not; never rejects. */
  exited: Promise<Exit>;
  /** Ends it in good order; may be called more than once. */
  stop(options?: StopOptions): Promise<void>;
}

export interface StopOptions {
  /** How long a friendly signal is given before the next, harder one; 6 s where absent. */
  graceMs?: number;
  /** Once aborted, signals follow each other at once. */
  hurry?: AbortSignal;
}

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
      // Its own process group: a Ctrl-C in the terminal must not stop the database before those that use it.
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
      // A program that ends at once closes its input under us; its exit status tells more than this error would.
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

  /** Sends each signal in turn, the grace apart, KILL at last, until it has ended. */
  async end(signals: NodeJS.Signals[], { graceMs = STOP_GRACE_MS, hurry }: StopOptions = {}): Promise<void> {
    for (const signal of [...signals, 'SIGKILL' as const]) {
      if (this.#ended !== undefined) return;
      this.#child.kill(signal);
      const timer = new AbortController();
      // Each signal waits for one abortion only, so that a server in a hurry still has a moment for each.
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
