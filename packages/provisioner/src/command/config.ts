import { codeOf } from '@provisioning/errors';
import { readFileSync } from 'node:fs';
import type { SemanticChange } from '../plan/index.js';
import { parseReport, type IntentReport } from '../report/index.js';
import type { Settings } from '../settings/index.js';
import { UsageError } from './command-error.js';

/** What work may do that executes an approved plan: the settings that were planned, and their changes. */
export interface ApprovedWork {
  settings: Settings;
  planned: readonly SemanticChange[];
}

/** The settings of a command that come from the environment and have no option. */
export interface CommandEnvironment {
  /** The file to which reports are appended (docs/how-to/report-progress.md). */
  events: string | undefined;
  /** The idempotency key: the same for every attempt at one piece of work. */
  idempotencyKey: string | undefined;
  /** Whether this is the first attempt. */
  fresh: boolean;
  /** The intents that earlier attempts stored. */
  intents: readonly IntentReport[];
  /** Of work that executes an approved plan. */
  approved: ApprovedWork | undefined;
  /** With `--check`: report what earlier attempts did, because no other attempt follows. */
  reconcile: boolean;
  production: boolean;
  /** The `nickel` program that evaluates settings in place of the built-in evaluator. */
  nickelProgram: string | undefined;
}

/** Reads {@link CommandEnvironment}. @throws InvalidUsage if a variable has a value that is not allowed */
export function readEnvironment(env: NodeJS.ProcessEnv): CommandEnvironment {
  return {
    events: env['PROVISIONING_EVENTS'] || undefined,
    idempotencyKey: env['PROVISIONING_IDEMPOTENCY_KEY'] || undefined,
    fresh: env['PROVISIONING_FRESH'] === '1',
    intents: readIntents(env['PROVISIONING_INTENTS']),
    approved: readApproved(env['PROVISIONING_APPROVED']),
    reconcile: env['PROVISIONING_RECONCILE'] === '1',
    production: env['NODE_ENV'] === 'production',
    nickelProgram: env['PROVISIONING_NICKEL'] || undefined,
  };
}

/** Reads a file of lines, each of which is a report of type `intent`. */
function readIntents(path: string | undefined): IntentReport[] {
  if (!path) return [];
  const lines = readGiven('PROVISIONING_INTENTS', path).split('\n');
  return lines.map(parseReport).filter((report) => report?.type === 'intent');
}

/** Reads a file with the JSON of {@link ApprovedWork}. */
function readApproved(path: string | undefined): ApprovedWork | undefined {
  if (!path) return undefined;
  try {
    // Safe cast: the orchestrator wrote it from what this package planned.
    return JSON.parse(readGiven('PROVISIONING_APPROVED', path)) as ApprovedWork;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UsageError('The file in PROVISIONING_APPROVED must be JSON.');
  }
}

function readGiven(variable: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`The file in ${variable} cannot be read (${codeOf(error)}).`);
  }
}
