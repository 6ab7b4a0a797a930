import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { knownFlags, sendLine } from '@provisioning/process';
import { WORKER_COOKIE } from './cookies.js';
import { killRuns } from './kill-runs.js';
import { executorLog } from './log.js';
import { onMessage } from './messages.js';
import { sendSignal } from './processes.js';
import { machineTime, type FromSpawner, type ToSpawner } from './spawner/protocol.js';
import type { EndedCommand, RunRequest, SpawnSignal } from './spawner/spawned-command.js';

/** Seen from the sources, and from the compiled code. */
const SCRIPT = pathOf('../spawner.js', '../../dist/src/spawner.js');
const LIMITED = pathOf('../../command-scripts/limited.sh', '../../../command-scripts/limited.sh');
/** A fork copies memory page by page as it changes: no compiler, no garbage collection and no threads of V8. */
const FLAGS = ['--max-semi-space-size=1', '--jitless', '--no-expose-wasm', '--single-threaded'];
/** A command with more output is ended by the system (SIGXFSZ). In blocks of 1024 bytes. */
const MAX_OUTPUT_BLOCKS = 256 * 1024;
/** Time without a tick of this process does not count as silence of the other side: this process was frozen. */
const LONGEST_TICK_MS = 1_500;
const LAST_WORDS_MS = 1_000;
/** How much of a spawner's last output is kept, in characters, to explain why it could not start. */
const MAX_SAID = 500;

/** The settings of a spawner. */
export interface SpawnerSettings {
  workerId: string;
  /** Without a tick for this long a spawner ends its commands; without an answer for this long it is ended itself. */
  limitSeconds: number;
  path: string;
}

/**
 * How a command ended. `lost`: unknown, because its spawner is gone. A spawner that never became ready never `begun` a
 * command.
 */
export type SpawnedEnd = EndedCommand | { lost: string; begun: boolean; killed: number[]; left: number[] };

/** A command of a spawner. */
export interface Spawned {
  /** Resolves when no process of it is left. */
  readonly ended: Promise<SpawnedEnd>;
  signal(signal: SpawnSignal): void;
}

/** One process of a spawner, seen from the executor. */
export class SpawnerLink {
  /** Resolves when its process has ended. */
  readonly gone: Promise<void>;
  readonly #child: ChildProcess;
  readonly #socket: Socket;
  readonly #closed: Promise<unknown>;
  readonly #runs = new Map<string, { group?: number; settle: (end: SpawnedEnd) => void }>();
  #ready = false;
  #over = false;
  #said = '';
  #fault = '';
  #unansweredMs = 0;
  #tickedAt = performance.now();

  /**
   * @param startLimitMs how long it may take until it can start commands
   * @param onReady called once, when it can start commands
   */
  constructor(
    private readonly settings: SpawnerSettings,
    private readonly startLimitMs: number,
    private readonly onReady: () => void,
  ) {
    if (SCRIPT === undefined || LIMITED === undefined)
      throw new Error('spawner.js or limited.sh is missing: this installation is not whole');
    const { workerId, limitSeconds, path } = settings;
    const node = [process.execPath, ...knownFlags(FLAGS), SCRIPT, workerId, String(limitSeconds)];
    this.#child = spawn('/bin/bash', [LIMITED, String(MAX_OUTPUT_BLOCKS), ...node], {
      detached: true,
      stdio: ['ignore', 'inherit', 'pipe', 'pipe'],
      // The worker that reaps this executor also ends this spawner, which might still start commands.
      env: { PATH: path, [WORKER_COOKIE]: workerId },
    });
    this.gone = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        this.#lose(signal ? `was ended by ${signal}` : `exited with status ${code}`);
        resolve();
      });
      this.#child.once('error', (error) => {
        this.#lose(`could not be started: ${error.message}`);
        resolve();
      });
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      process.stderr.write(text);
      this.#said = (this.#said + text).slice(-MAX_SAID);
    });
    // Safe cast: Node.js makes a socket of each further pipe.
    this.#socket = this.#child.stdio[3] as Socket;
    this.#socket.on('error', () => {});
    this.#closed = new Promise((resolve) => this.#socket.once('close', resolve));
    void this.#closed.then(() => this.#lose('closed its pipe'));
    onMessage<FromSpawner>(this.#socket, (message) => this.#receive(message));
  }

  /** It runs, and has reported that it is ready. */
  get ready(): boolean {
    return this.#ready && !this.#over;
  }

  /** Why it ended, with its last output; empty while it runs. */
  get fault(): string {
    return this.#fault === '' ? '' : [this.#fault, this.#said.trim()].filter(Boolean).join(': ');
  }

  /** Whether it ever became ready. */
  get wasReady(): boolean {
    return this.#ready;
  }

  /** No command can be started here any more. */
  get over(): boolean {
    return this.#over;
  }

  get running(): number {
    return this.#runs.size;
  }

  run(request: RunRequest): Spawned {
    const { id } = request;
    const ended = new Promise<SpawnedEnd>((settle) => this.#runs.set(id, { settle }));
    this.#send({ type: 'run', at: machineTime(), ...request });
    return { ended, signal: (signal) => this.#signal(id, signal) };
  }

  /** Reports that the executor is alive, and ends the spawner if it does not answer. */
  tick(): void {
    const now = performance.now();
    this.#unansweredMs += Math.min(now - this.#tickedAt, LONGEST_TICK_MS);
    this.#tickedAt = now;
    if (this.#ready && this.#unansweredMs > this.settings.limitSeconds * 1000) this.#lose('did not answer');
    else if (!this.#ready && this.#unansweredMs > this.startLimitMs)
      this.#lose(`did not start within ${this.startLimitMs / 1000} s`);
    else this.#send({ type: 'tick', at: machineTime() });
  }

  /** Ends it and everything that it runs. */
  async end(): Promise<void> {
    this.#over = true;
    this.#socket.destroy();
    await this.#reap('The process that started its command was stopped.');
  }

  /** A command that must end at once does not wait for the start: no process of it exists. */
  #signal(id: string, signal: SpawnSignal): void {
    if (signal === 'SIGKILL' && !this.#ready) this.#lose('was ended before it had started');
    else this.#send({ type: 'signal', id, signal });
  }

  #receive(message: FromSpawner): void {
    this.#unansweredMs = 0;
    switch (message.type) {
      case 'pong':
        break;
      case 'hello':
        this.#ready = true;
        this.onReady();
        break;
      case 'started': {
        const run = this.#runs.get(message.id);
        if (run) run.group = message.group;
        break;
      }
      case 'ended':
        this.#settle(message.id, message);
        break;
    }
  }

  #settle(id: string, end: SpawnedEnd): void {
    this.#runs.get(id)?.settle(end);
    this.#runs.delete(id);
  }

  /** It is dead or does not respond: everything that it started is ended before this is reported. */
  #lose(how: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#fault = how;
    this.#child.kill('SIGKILL');
    executorLog('warn', 'a spawner is gone', { how, running: this.#runs.size });
    void this.#reap(`The process that started its command ${how}.`);
  }

  async #reap(lost: string): Promise<void> {
    await this.gone;
    // Its earlier messages are still to be read.
    const patience = setTimeout(() => this.#socket.destroy(), LAST_WORDS_MS);
    await this.#closed;
    clearTimeout(patience);
    // Processes that cleared their environment can only be found in the group.
    for (const { group } of this.#runs.values()) if (group !== undefined) sendSignal(-group, 'SIGKILL');
    const { killed, left } = await killRuns(new Set(this.#runs.keys()));
    for (const id of [...this.#runs.keys()])
      this.#settle(id, {
        lost,
        begun: this.#ready,
        killed: killed.get(id) ?? [],
        left: left.get(id) ?? [],
      });
  }

  #send(message: ToSpawner): void {
    sendLine(this.#socket, message);
  }
}

function pathOf(...candidates: string[]): string | undefined {
  return candidates
    .map((candidate) => fileURLToPath(new URL(candidate, import.meta.url)))
    .find((path) => existsSync(path));
}
