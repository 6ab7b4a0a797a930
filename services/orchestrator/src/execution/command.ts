import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findByCookie, killByCookie, processGroupOf, sendSignal } from './processes.js';

/** `services/orchestrator/shim`, seen from the sources and from what was compiled of them. */
const SHIM = ['../../shim', '../../../shim']
  .map((folder) => fileURLToPath(new URL(`${folder}/command-shim.sh`, import.meta.url)))
  .find((path) => existsSync(path));
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
  /** What earlier attempts were about to do when they were last heard of: handed to the command in a file. */
  intents?: readonly unknown[];
}

export interface SentSignal {
  signal: string;
  at: string;
  to: 'group' | 'process';
}

export interface CommandEnd {
  exitCode: number | null;
  signal: string | null;
  /** Its shim ended it, having heard nothing of us for too long: that says nothing about the command. */
  bySilence: boolean;
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
    if (SHIM === undefined) throw new Error('command-shim.sh is missing: this installation is not whole');
    const output = openSync(this.outputPath, 'a', 0o600);
    closeSync(openSync(this.reportPath, 'a', 0o600));
    const intents = (spec.intents ?? []).map((intent) => `${JSON.stringify(intent)}\n`).join('');
    const intentsPath = join(spec.directory, 'intents.jsonl');
    if (intents) writeFileSync(intentsPath, intents, { mode: 0o600 });
    this.#child = spawn(
      '/bin/bash',
      [
        SHIM,
        spec.workerId,
        String(spec.shimLimitSeconds),
        spec.directory,
        String(MAX_OUTPUT_BLOCKS),
        ...spec.argv,
      ],
      {
        cwd: spec.directory,
        detached: true,
        stdio: ['pipe', output, output],
        env: {
          ...spec.environment,
          PROVISIONING_EVENTS: this.reportPath,
          ...(intents ? { PROVISIONING_INTENTS: intentsPath } : {}),
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
    if (this.#signals.length === 0) this.#terminate();
    clearTimeout(this.#grace);
    this.#grace = setTimeout(() => this.kill(), graceSeconds * 1000);
  }

  kill(): void {
    clearTimeout(this.#grace);
    this.#signal('SIGKILL');
    if (this.#child.pid !== undefined) sendSignal(this.#child.pid, 'SIGKILL');
  }

  /** The shim writes the group down as soon as there is one; a cancel may come before. */
  #terminate(): void {
    if (this.#numberIn('pid') !== undefined) this.#signal('SIGTERM');
    else if (this.#child.exitCode === null && this.#child.signalCode === null)
      setTimeout(() => this.#terminate(), 20);
  }

  #signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    const group = this.#numberIn('pid');
    const at = new Date().toISOString();
    // First those that left the group, while they can still be told from it. The shim itself watches on.
    for (const pid of findByCookie(RUN_COOKIE, this.spec.runId)) {
      if (pid === this.#child.pid || processGroupOf(pid) === group) continue;
      if (sendSignal(pid, signal)) this.#signals.push({ signal, at, to: 'process' });
    }
    if (group !== undefined && sendSignal(-group, signal)) this.#signals.push({ signal, at, to: 'group' });
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
    const status = this.#numberIn('exit') ?? code;
    const how = signal ?? signalOf(status);
    return {
      exitCode: status,
      signal: how,
      bySilence: how === 'SIGKILL' && existsSync(join(this.spec.directory, 'silence')),
      evidence: {
        signals: this.#signals,
        ended_at: new Date().toISOString(),
        leftovers_killed: [...this.#leftovers(), ...killed],
        left,
      },
    };
  }

  /** What the shim has ended itself. */
  #leftovers(): number[] {
    try {
      const ids = readFileSync(join(this.spec.directory, 'leftovers'), 'utf8').split('\n');
      return ids.map(Number).filter((id) => id > 0);
    } catch {
      return [];
    }
  }

  /** What the shim wrote down: `pid` or `exit`. */
  #numberIn(name: 'pid' | 'exit'): number | undefined {
    try {
      const number = Number.parseInt(readFileSync(join(this.spec.directory, name), 'utf8'), 10);
      return Number.isNaN(number) ? undefined : number;
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
