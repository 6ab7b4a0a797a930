import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, fchownSync, openSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import type { Writable } from 'node:stream';
import { sendEnvironment } from '@provisioning/process';
import type { CommandUser } from '../options.js';
import { sendSignal } from '../processes.js';
import type { Leftovers, Sought } from './leftovers.js';
import type { PidMark } from './pid-clock.js';

/** The statuses of a shell for a program that does not exist, and for one that cannot be run. */
const NOT_FOUND = 127;
const NOT_RUNNABLE = 126;

/** Where a program reads the hidden part of its environment. */
export const HIDDEN_FD = 3;

/** A command to start. */
export interface RunRequest {
  /** The cookie that all its processes carry. */
  id: string;
  argv: readonly string[];
  /** The part that other processes of its user may see, with the cookies. */
  environment: Record<string, string>;
  /** The rest, which it reads from descriptor 3: `splitEnvironment`. */
  hidden?: Record<string, string> | undefined;
  /** The user that runs it; the spawner's own user by default. */
  user?: CommandUser | undefined;
  directory: string;
  /** The file for its output, including standard error. */
  outputPath: string;
}

/** The signals that are sent to commands. */
export type SpawnSignal = 'SIGTERM' | 'SIGKILL';

/** A signal that was sent, and when. */
export interface SentSignal {
  signal: SpawnSignal;
  at: string;
  to: 'group' | 'process';
}

/** How a command ended. */
export interface EndedCommand {
  exitCode: number;
  signal: string | null;
  /** The spawner ended it, or never started it, because it received nothing from its executor for too long. */
  bySilence: boolean;
  /** Why it could not be started, if it could not. */
  fault?: string;
  signals: SentSignal[];
  killed: number[];
  left: number[];
}

/** A command in its own process group, printing into a file, from its start to the end of all its processes. */
export class SpawnedCommand {
  readonly #child: ChildProcess | undefined;
  readonly #signals: SentSignal[] = [];
  #silenced = false;
  #over = false;

  constructor(
    private readonly request: RunRequest,
    private readonly since: PidMark | undefined,
    private readonly leftovers: Leftovers,
    private readonly onEnd: (end: EndedCommand) => void,
  ) {
    const { argv, directory, environment: env, outputPath, hidden, user } = request;
    const [program = '', ...args] = argv;
    try {
      const output = openSync(outputPath, 'a', 0o600);
      try {
        // Programs may open it again as /dev/stderr.
        if (user) fchownSync(output, user.uid, user.gid);
        const stdio = ['ignore' as const, output, output, ...(hidden ? ['pipe' as const] : [])];
        this.#child = spawn(program, args, { cwd: directory, detached: true, stdio, env, ...user });
      } finally {
        closeSync(output);
      }
      // Safe cast: a pipe was asked for there.
      if (hidden) sendEnvironment(this.#child.stdio[HIDDEN_FD] as Writable, hidden);
      // Not `close`: a child in the background may keep the output open forever.
      this.#child.once('exit', (code, signal) => void this.#ended(code, signal));
      this.#child.once('error', (error) => this.#neverStarted(error));
    } catch (error) {
      // As an event, like the failures that Node reports as one: no process has started yet.
      // Safe cast: spawn throws errors of the system.
      setImmediate(() => this.#neverStarted(error as NodeJS.ErrnoException));
    }
  }

  /** The process group, if it could be started. */
  get group(): number | undefined {
    return this.#child?.pid;
  }

  /** The process that leads the group, while it runs. */
  get leader(): number | undefined {
    return this.#over ? undefined : this.group;
  }

  /** To all of its processes, including those outside the group. */
  signal(signal: SpawnSignal): void {
    const { group } = this;
    if (group === undefined || this.#over) return;
    const at = new Date().toISOString();
    // First those that left the group, while they can still be identified.
    for (const pid of this.leftovers.strays(this.#sought(group)))
      if (sendSignal(pid, signal)) this.#signals.push({ signal, at, to: 'process' });
    if (sendSignal(-group, signal)) this.#signals.push({ signal, at, to: 'group' });
  }

  /** The executor is gone: ends the command at once. Processes outside the group follow when it has ended. */
  silence(): void {
    if (this.#over) return;
    this.#silenced = true;
    if (this.group !== undefined) sendSignal(-this.group, 'SIGKILL');
  }

  #sought(group: number): Sought {
    return { cookie: this.request.id, since: this.since, group };
  }

  async #ended(code: number | null, signal: NodeJS.Signals | null): Promise<void> {
    this.#over = true;
    const exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0);
    const how = signal ?? signalOf(exitCode);
    const { killed, left } = await this.leftovers.clear(this.#sought(this.group ?? 0));
    const bySilence = this.#silenced && how === 'SIGKILL';
    this.onEnd({ exitCode, signal: how, bySilence, signals: this.#signals, killed, left });
  }

  #neverStarted(error: NodeJS.ErrnoException): void {
    this.#over = true;
    const { user } = this.request;
    const asUser = user ? ` as the user ${user.uid}:${user.gid} (COMMAND_USER)` : '';
    const fault = `It could not be started${asUser}: ${error.message}`;
    this.#print(fault);
    const exitCode = error.code === 'ENOENT' ? NOT_FOUND : NOT_RUNNABLE;
    this.onEnd({ exitCode, signal: null, bySilence: false, fault, signals: [], killed: [], left: [] });
  }

  #print(line: string): void {
    try {
      const output = openSync(this.request.outputPath, 'a', 0o600);
      writeSync(output, `${line}\n`);
      closeSync(output);
    } catch {
      // No room for it: the end message has it as well.
    }
  }
}

/** A shell returns 128 + n for a command that signal n ended. */
function signalOf(status: number): string | null {
  if (status <= 128) return null;
  return Object.entries(constants.signals).find(([, number]) => number === status - 128)?.[0] ?? null;
}
