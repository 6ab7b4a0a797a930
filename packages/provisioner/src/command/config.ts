import { readFileSync } from 'node:fs';
import { parseReport, type IntentReport } from '../report/index.js';
import { UsageError } from './command-error.js';

/** What the environment says beside the options; those that have an option are named there. */
export interface CommandEnvironment {
  /** The file that takes the reports (docs/how-to/report-progress.md). */
  events: string | undefined;
  /** The same for every attempt at one piece of work. */
  idempotencyKey: string | undefined;
  /** Whether this is the first attempt at it. */
  fresh: boolean;
  /** What earlier attempts at it were about to do when they were last heard of. */
  intents: readonly IntentReport[];
  /** With `--check`: reports what earlier attempts did, since no other attempt follows that could. */
  reconcile: boolean;
  production: boolean;
}

export function readEnvironment(env: NodeJS.ProcessEnv): CommandEnvironment {
  return {
    events: env['PROVISIONING_EVENTS'] || undefined,
    idempotencyKey: env['PROVISIONING_IDEMPOTENCY_KEY'] || undefined,
    fresh: env['PROVISIONING_FRESH'] === '1',
    intents: readIntents(env['PROVISIONING_INTENTS']),
    reconcile: env['PROVISIONING_RECONCILE'] === '1',
    production: env['NODE_ENV'] === 'production',
  };
}

/** A file of lines, each a report of type `intent`. */
function readIntents(path: string | undefined): IntentReport[] {
  if (!path) return [];
  try {
    const lines = readFileSync(path, 'utf8').split('\n');
    return lines.map(parseReport).filter((report) => report?.type === 'intent');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`The file in PROVISIONING_INTENTS cannot be read (${code}).`);
  }
}
