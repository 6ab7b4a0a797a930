import { isFailure } from '@provisioning/errors';
import { silentLogger, type Logger } from './logger.js';
import { postgresFailureAtStart } from './postgres.js';

/** The open resources of a process, closed in the reverse order of opening. */
export class Resources {
  readonly #closers: { name: string; close: () => Promise<unknown> | unknown }[] = [];

  add(name: string, close: () => Promise<unknown> | unknown): void {
    this.#closers.push({ name, close });
  }

  /** Closes all; a failure does not keep the others open. */
  async close(log: Logger = silentLogger): Promise<void> {
    for (let closer = this.#closers.pop(); closer; closer = this.#closers.pop()) {
      try {
        await closer.close();
      } catch (error) {
        log.warn(`closing ${closer.name} failed`, { error });
      }
    }
  }
}

/** A process that serves. */
export interface RunningProcess {
  /** Its address; sent to a parent process that listens. */
  url?: string;
  log: Logger;
  stop: () => Promise<void>;
  /** The time limit of a stop; 12 s by default. */
  stopWithinMs?: number;
}

const DEFAULT_STOP_MS = 12_000;
const STOP_SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Runs one process: start, serve until INT or TERM, stop in time, exit 0. A start that fails prints one sentence (a stack
 * only for an unexpected error) and exits 1. An uncaught error ends the process with 1, and its supervisor starts another
 * one.
 */
export async function runProcess(start: () => Promise<RunningProcess>): Promise<void> {
  // One listener for the whole time: a signal between two listeners would be lost.
  let onSignal: (signal: string) => void = () => process.exit(0);
  for (const signal of STOP_SIGNALS) process.on(signal, () => onSignal(signal));
  const running = await orExit(start);
  const { log, stopWithinMs = DEFAULT_STOP_MS } = running;
  const die = (kind: string) => (error: unknown) => {
    log.error(kind, { error });
    process.exit(1);
  };
  process.on('uncaughtException', die('uncaught exception'));
  process.on('unhandledRejection', die('unhandled rejection'));

  let stopping = false;
  const stop = async (reason: string) => {
    if (stopping) return;
    stopping = true;
    log.info('stopping', { reason });
    const late = setTimeout(() => {
      log.error('could not stop in time', { limit_ms: stopWithinMs });
      process.exit(1);
    }, stopWithinMs);
    await running.stop();
    clearTimeout(late);
    log.info('stopped');
    process.exit(0);
  };
  onSignal = (signal) => void stop(signal);
  // A supervisor that died can no longer restart or stop this process.
  process.once('disconnect', () => void stop('the supervisor is gone'));
  process.send?.({ type: 'ready', url: running.url });
}

/** Runs a process that does one thing and ends: with 0, or with 1 and a sentence. */
export async function runToEnd(act: () => Promise<void>): Promise<void> {
  await orExit(act);
  process.exit(0);
}

async function orExit<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    process.stderr.write(`${describe(error)}\n`);
    process.exit(1);
  }
}

function describe(error: unknown): string {
  const foreseen = isFailure(error) ? error : postgresFailureAtStart(error);
  if (foreseen) return foreseen.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
