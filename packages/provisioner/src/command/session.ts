import type { DriverSet } from '../drivers/index.js';
import type { IntentReport, Reporter } from '../report/index.js';
import type { ApprovedWork } from './config.js';
import type { Output } from './output.js';

/** What a verb that only evaluates settings needs to run. */
export interface SettingsSession {
  output: Output;
  reporter: Reporter;
  /** Aborted by INT and TERM. */
  signal: AbortSignal;
  /** The `nickel` program that evaluates settings in place of the built-in evaluator. */
  nickelProgram: string | undefined;
}

/** What a verb that uses the drivers needs to run. */
export interface Session extends SettingsSession {
  drivers: DriverSet;
  idempotencyKey: string | undefined;
  /** Whether no earlier attempt used the key, so that there is nothing to recall. */
  fresh: boolean;
  /** The intents that earlier attempts stored. */
  intents: readonly IntentReport[];
  /** Of work that executes an approved plan. */
  approved: ApprovedWork | undefined;
  /** Whether a check also reports what earlier attempts did. */
  reconcile: boolean;
}
