import { chownSync, closeSync, fchownSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RUN_COOKIE, WORKER_COOKIE } from './cookies.js';
import type { CommandUser } from './options.js';
import { makeRunFolder } from './run-folders.js';
import type { Spawned, SpawnedEnd } from './spawner-link.js';
import type { SentSignal } from './spawner/spawned-command.js';
import type { Spawners } from './spawners.js';

export { RUN_COOKIE, WORKER_COOKIE };

/** A command to run. */
export interface CommandSpec {
  /** The folder for its files; it works in a subfolder. */
  directory: string;
  /** The file for its output; a file in its directory by default. */
  outputPath?: string | undefined;
  /** The user that runs it; the worker's own user by default. */
  user?: CommandUser | undefined;
  argv: readonly string[];
  /** The parts that other processes of its user may and may not see: `splitEnvironment`. */
  environment: Record<string, string>;
  hidden?: Record<string, string>;
  runId: string;
  /** The intents that earlier attempts stored; passed to the command in a file. */
  intents?: readonly unknown[];
  /** Of work that executes an approved plan: what it may do; passed to the command in a file. */
  approved?: object | undefined;
}

/** How a command ended. */
export interface CommandEnd {
  exitCode: number | null;
  signal: string | null;
  /** Why the result is unknown: its spawner was lost, or received nothing from this executor for too long. */
  lost: string | undefined;
  /** False for a lost command that never started, because its spawner did not start. */
  begun: boolean;
  /** Why it could not be started, if it could not. */
  fault?: string | undefined;
  evidence: { signals: SentSignal[]; ended_at: string; leftovers_killed: number[]; left: number[] };
}

/** One command of a spawner, in its own process group, printing into a file. */
export class Command {
  readonly outputPath: string;
  /** The files in its folder, besides those that it creates in its own. */
  readonly files: readonly string[];
  readonly reportPath: string;
  /** Resolves when the command has ended and no process of it is left. */
  readonly ended: Promise<CommandEnd>;
  readonly #spawned: Spawned;
  #terminated = false;
  #grace: NodeJS.Timeout | undefined;

  /** @throws when no command can be started */
  constructor(spec: CommandSpec, spawners: Pick<Spawners, 'run' | 'workerId'>) {
    const { directory, runId: id, argv, hidden, user, intents = [], approved } = spec;
    const work = makeRunFolder(directory, user);
    this.outputPath = spec.outputPath ?? join(directory, 'output.log');
    this.reportPath = join(directory, 'report.jsonl');
    if (user) makeReportFile(this.reportPath, user);
    const intentsPath = join(directory, 'intents.jsonl');
    const approvedPath = join(directory, 'approved.json');
    this.files = [this.outputPath, this.reportPath, intentsPath, approvedPath];
    if (intents.length > 0)
      writeFor(user, intentsPath, intents.map((intent) => `${JSON.stringify(intent)}\n`).join(''));
    if (approved) writeFor(user, approvedPath, JSON.stringify(approved));
    const environment = {
      ...spec.environment,
      PROVISIONING_EVENTS: this.reportPath,
      ...(intents.length > 0 ? { PROVISIONING_INTENTS: intentsPath } : {}),
      ...(approved ? { PROVISIONING_APPROVED: approvedPath } : {}),
      [RUN_COOKIE]: id,
      [WORKER_COOKIE]: spawners.workerId,
    };
    const { outputPath } = this;
    this.#spawned = spawners.run({ id, argv, environment, hidden, user, directory: work, outputPath });
    this.ended = this.#spawned.ended.then((end) => {
      clearTimeout(this.#grace);
      return commandEnd(end);
    });
  }

  /** TERM to all of its processes, KILL after the grace. When it is called again, the new grace counts. */
  cancel(graceSeconds: number): void {
    if (!this.#terminated) this.#spawned.signal('SIGTERM');
    this.#terminated = true;
    clearTimeout(this.#grace);
    this.#grace = setTimeout(() => this.kill(), graceSeconds * 1000);
  }

  kill(): void {
    clearTimeout(this.#grace);
    this.#spawned.signal('SIGKILL');
  }
}

/**
 * Created for a command of another user in a folder where that user cannot create files, so that a link cannot make the
 * executor read another file.
 */
function makeReportFile(path: string, { uid, gid }: CommandUser): void {
  const file = openSync(path, 'wx', 0o600);
  fchownSync(file, uid, gid);
  closeSync(file);
}

/** Writes a file that only the user of the command can read. */
function writeFor(user: CommandUser | undefined, path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 });
  if (user) chownSync(path, user.uid, user.gid);
}

function commandEnd(end: SpawnedEnd): CommandEnd {
  const { killed: leftovers_killed, left } = end;
  const seen = { ended_at: new Date().toISOString(), leftovers_killed, left };
  if ('lost' in end)
    return {
      exitCode: null,
      signal: null,
      lost: end.lost,
      begun: end.begun,
      evidence: { signals: [], ...seen },
    };
  const { exitCode, signal, signals, bySilence, fault } = end;
  const lost = bySilence ? 'Its executor was frozen, and its command was ended for that.' : undefined;
  return { exitCode, signal, lost, begun: true, fault, evidence: { signals, ...seen } };
}
