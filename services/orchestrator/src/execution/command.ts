import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findByCookie, killByCookie, processGroupOf, sendSignal } from './processes.js';

const SHIM = join(dirname(fileURLToPath(import.meta.url)), 'shim.sh');
/** The variable that marks every process of one run; and the one that marks every process of a worker. */
export const RUN_COOKIE = 'PROVISIONING_RUN';
export const WORKER_COOKIE = 'PROVISIONING_WORKER';
/** A command that prints more than this is ended by the system (SIGXFSZ). In blocks of 1024 bytes. */
const MAX_OUTPUT_BLOCKS = 256 * 1024;

export interface CommandSpec {
  directory: string;
  argv: readonly string[];
  environment: Record<string, string>;
  runId: string;
  workerId: string;
  shimLimitSeconds: number;
}

export interface SentSignal {
  signal: string;
  at: string;
  to: 'group' | 'process';
}

export interface CommandEnd {
  exitCode: number | null;
  signal: string | null;
  evidence: { signals: SentSignal[]; ended_at: string; leftovers_killed: number[]; left: number[] };
}

/** One command behind its shim, in a process group of its own, printing into a file. */
export class Command {
  readonly outputPath: string;
  readonly reportPath: string;
  /** Resolves when the command has ended and nothing that it started is left. */
  readonly ended: Promise<CommandEnd>;
  readonly #child: ChildProcess;
  readonly #signals: SentSignal[] = [];
  #grace: NodeJS.Timeout | undefined;

  constructor(private readonly spec: CommandSpec) {
    mkdirSync(spec.directory, { recursive: true, mode: 0o700 });
    this.outputPath = join(spec.directory, 'output.log');
    this.reportPath = join(spec.directory, 'report.jsonl');
    const output = openSync(this.outputPath, 'a', 0o600);
    closeSync(openSync(this.reportPath, 'a', 0o600));
    this.#child = spawn(
      '/bin/bash',
      [SHIM, spec.workerId, String(spec.shimLimitSeconds), this.#exitPath, String(MAX_OUTPUT_BLOCKS), ...spec.argv],
      {
        cwd: spec.directory,
        detached: true,
        stdio: ['pipe', output, output],
        env: {
          ...spec.environment,
          PROVISIONING_EVENTS: this.reportPath,
          [RUN_COOKIE]: spec.runId,
          [WORKER_COOKIE]: spec.workerId,
        },
      },
    );
    closeSync(output);
    this.#child.stdin?.on('error', () => {}); // the shim has ended: `exit` says so
    this.ended = this.#waitForEnd();
  }

  /** Tells the shim that somebody is watching. */
  tick(): void {
    this.#child.stdin?.write('\n');
  }

  /** TERM to all of it, KILL after the grace; called again, the new grace counts. */
  cancel(graceSeconds: number): void {
    if (this.#signals.length === 0) this.#signal('SIGTERM');
    clearTimeout(this.#grace);
    this.#grace = setTimeout(() => this.kill(), graceSeconds * 1000);
  }

  kill(): void {
    clearTimeout(this.#grace);
    this.#signal('SIGKILL');
  }

  get #exitPath(): string {
    return join(this.spec.directory, 'exit');
  }

  #signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    const group = this.#child.pid;
    if (group === undefined) return;
    const at = new Date().toISOString();
    // First those that left the group: once the group is gone, the shim can no longer name the run.
    for (const pid of findByCookie(RUN_COOKIE, this.spec.runId)) {
      if (processGroupOf(pid) !== group && sendSignal(pid, signal)) this.#signals.push({ signal, at, to: 'process' });
    }
    if (sendSignal(-group, signal)) this.#signals.push({ signal, at, to: 'group' });
  }

  async #waitForEnd(): Promise<CommandEnd> {
    // Not `close`: a child in the background may hold the output open for ever.
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
      this.#child.once('exit', (exitCode, exitSignal) => resolve([exitCode, exitSignal]));
      this.#child.once('error', () => resolve([127, null]));
    });
    clearTimeout(this.#grace);
    this.#child.stdin?.destroy();
    const { killed, left } = await killByCookie(RUN_COOKIE, this.spec.runId);
    const status = this.#recordedStatus() ?? code;
    return {
      exitCode: status,
      signal: signal ?? signalOf(status),
      evidence: { signals: this.#signals, ended_at: new Date().toISOString(), leftovers_killed: killed, left },
    };
  }

  #recordedStatus(): number | undefined {
    try {
      const status = Number.parseInt(readFileSync(this.#exitPath, 'utf8'), 10);
      return Number.isNaN(status) ? undefined : status;
    } catch {
      return undefined;
    }
  }
}

/** A shell says 128 + n for a command that signal n ended. */
function signalOf(status: number | null): string | null {
  if (status === null || status <= 128) return null;
  return Object.entries(constants.signals).find(([, number]) => number === status - 128)?.[0] ?? null;
}
