import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RUN_COOKIE, WORKER_COOKIE } from './cookies.js';
import type { Spawned, SpawnedEnd } from './spawner-link.js';
import type { SentSignal } from './spawner/spawned-command.js';
import type { Spawners } from './spawners.js';

export { RUN_COOKIE, WORKER_COOKIE };

export interface CommandSpec {
  directory: string;
  argv: readonly string[];
  environment: Record<string, string>;
  runId: string;
  /** What earlier attempts were about to do when they were last heard of: handed to the command in a file. */
  intents?: readonly unknown[];
}

export interface CommandEnd {
  exitCode: number | null;
  signal: string | null;
  /** Why nothing can be said about the command: who watched over it was gone, or heard nothing of us for too long. */
  lost: string | undefined;
  evidence: { signals: SentSignal[]; ended_at: string; leftovers_killed: number[]; left: number[] };
}

/** One command in the hands of a spawner, in a process group of its own, printing into a file. */
export class Command {
  readonly outputPath: string;
  readonly reportPath: string;
  /** Resolves when the command has ended and nothing that it started is left. */
  readonly ended: Promise<CommandEnd>;
  readonly #spawned: Spawned;
  #terminated = false;
  #grace: NodeJS.Timeout | undefined;

  /** @throws when nothing can be started */
  constructor(spec: CommandSpec, spawners: Spawners) {
    const { directory, runId: id, argv, intents = [] } = spec;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.outputPath = join(directory, 'output.log');
    this.reportPath = join(directory, 'report.jsonl');
    const environment = {
      ...spec.environment,
      PROVISIONING_EVENTS: this.reportPath,
      ...(intents.length > 0 ? { PROVISIONING_INTENTS: writeIntents(directory, intents) } : {}),
      [RUN_COOKIE]: id,
      [WORKER_COOKIE]: spawners.workerId,
    };
    this.#spawned = spawners.run({ id, argv, environment, directory, outputPath: this.outputPath });
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

function writeIntents(directory: string, intents: readonly unknown[]): string {
  const path = join(directory, 'intents.jsonl');
  const lines = intents.map((intent) => `${JSON.stringify(intent)}\n`).join('');
  writeFileSync(path, lines, { mode: 0o600 });
  return path;
}

function commandEnd(end: SpawnedEnd): CommandEnd {
  const { killed: leftovers_killed, left } = end;
  const seen = { ended_at: new Date().toISOString(), leftovers_killed, left };
  if ('lost' in end)
    return { exitCode: null, signal: null, lost: end.lost, evidence: { signals: [], ...seen } };
  const { exitCode, signal, signals, bySilence } = end;
  const lost = bySilence ? 'Its executor was frozen, and its command was ended for that.' : undefined;
  return { exitCode, signal, lost, evidence: { signals, ...seen } };
}
