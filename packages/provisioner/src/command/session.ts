import type { DriverSet } from '../drivers/index.js';
import type { IntentReport, Reporter } from '../report/index.js';
import type { Output } from './output.js';

/** What a verb works with. */
export interface Session {
  output: Output;
  reporter: Reporter;
  drivers: DriverSet;
  /** Aborted by INT and TERM. */
  signal: AbortSignal;
  idempotencyKey: string | undefined;
  /** Whether nothing was begun under that key before: there is nothing to recall. */
  fresh: boolean;
  /** What earlier attempts were about to do when they were last heard of. */
  intents: readonly IntentReport[];
  /** Whether a check also reports what earlier attempts did. */
  reconcile: boolean;
}
