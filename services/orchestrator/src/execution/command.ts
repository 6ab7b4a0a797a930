import { chownSync, closeSync, fchownSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RUN_COOKIE, WORKER_COOKIE } from './cookies.js';
import type { CommandUser } from './options.js';
import { makeRunFolder } from './run-folders.js';
import type { Spawned, SpawnedEnd } from './spawner-link.js';
import type { SentSignal } from './spawner/spawned-command.js';
import type { Spawners } from './spawners.js';

export { RUN_COOKIE, WORKER_COOKIE };

export interface CommandSpec {
  /** For its files; it works in a folder in there. */
  directory: string;
  /** Gets what it prints; absent: a file in its directory. */
  outputPath?: string | undefined;
  /** Who runs it; absent: our own user. */
  user?: CommandUser | undefined;
  argv: readonly string[];
  /** What other processes of its user may see, and what they may not: `splitEnvironment`. */
  environment: Record<string, string>;
  hidden?: Record<string, string>;
  runId: string;
  /** What earlier attempts were about to do when they were last heard of: handed to the command in a file. */
  intents?: readonly unknown[];
}

export interface CommandEnd {
  exitCode: number | null;
  signal: string | null;
  /** Why nothing can be said about the command: who watched over it was gone, or heard nothing of us for too long. */
  lost: string | undefined;
  /** False of a lost one that never began: its spawner never came to life. */
  begun: boolean;
  /** Why it could not even be started, where that is so. */
  fault?: string | undefined;
  evidence: { signals: SentSignal[]; ended_at: string; leftovers_killed: number[]; left: number[] };
}

/** One command in the hands of a spawner, in a process group of its own, printing into a file. */
export class Command {
  readonly outputPath: string;
  /** All that is in its folder beside what it leaves in its own. */
  readonly files: readonly string[];
  readonly reportPath: string;
  /** Resolves when the command has ended and nothing that it started is left. */
  readonly ended: Promise<CommandEnd>;
  readonly #spawned: Spawned;
  #terminated = false;
  #grace: NodeJS.Timeout | undefined;

  /** @throws when nothing can be started */
  constructor(spec: CommandSpec, spawners: Pick<Spawners, 'run' | 'workerId'>) {
    const { directory, runId: id, argv, hidden, user, intents = [] } = spec;
    const work = makeRunFolder(directory, user);
    this.outputPath = spec.outputPath ?? join(directory, 'output.log');
    this.reportPath = join(directory, 'report.jsonl');
    if (user) makeReportFile(this.reportPath, user);
    const intentsPath = join(directory, 'intents.jsonl');
    this.files = [this.outputPath, this.reportPath, intentsPath];
    if (intents.length > 0) writeIntents(intentsPath, intents, user);
    const environment = {
      ...spec.environment,
      PROVISIONING_EVENTS: this.reportPath,
      ...(intents.length > 0 ? { PROVISIONING_INTENTS: intentsPath } : {}),
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

  /** TERM to all of it, KILL after the grace; called again, the new grace counts. */
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
 * Made for a command of another user, in a folder where it can make none: so it cannot have us read another file in its
 * place, by a link of that name.
 */
function makeReportFile(path: string, { uid, gid }: CommandUser): void {
  const file = openSync(path, 'wx', 0o600);
  fchownSync(file, uid, gid);
  closeSync(file);
}

function writeIntents(path: string, intents: readonly unknown[], user: CommandUser | undefined): void {
  const lines = intents.map((intent) => `${JSON.stringify(intent)}\n`).join('');
  writeFileSync(path, lines, { mode: 0o600 });
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
