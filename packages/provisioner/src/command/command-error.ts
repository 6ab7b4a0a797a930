import { errorOf } from '@provisioning/errors';
import { CommanderError } from 'commander';
import { Interrupted } from '../apply/index.js';
import { DriverError } from '../drivers/index.js';
import { SettingsError, type Fault } from '../settings/index.js';
import { EXIT, type StopSignal } from './exit-codes.js';

/** Why a command ended without having done its work. */
export interface CommandFailure {
  exitCode: number;
  /** The complete message, on one or several lines. */
  message: string;
  /** The message in one sentence, for the report. */
  brief: string;
  faults: readonly Fault[];
}

/** An argument or an option of the command line is not valid. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @param stoppedBy the signal that stopped the command, if one did */
export function explainFailure(error: unknown, stoppedBy: StopSignal | undefined): CommandFailure {
  const fail = (exitCode: number, message: string, brief = message): CommandFailure => ({
    exitCode,
    message,
    brief,
    faults: [],
  });
  if (error instanceof Interrupted || (stoppedBy && errorOf(error).name === 'AbortError')) {
    const signal = stoppedBy ?? 'SIGTERM';
    const what = error instanceof Interrupted ? error.message : 'Nothing was changed.';
    return fail(EXIT.interrupted[signal], `Stopped by ${signal}. ${what}`);
  }
  if (error instanceof SettingsError) {
    const exitCode = error.kind === 'refused' ? EXIT.usage : EXIT.settings;
    return { exitCode, message: error.message, brief: error.brief, faults: error.faults };
  }
  if (error instanceof CommanderError) return fail(EXIT.usage, explainUsage(error));
  if (error instanceof UsageError) return fail(EXIT.usage, error.message);
  if (error instanceof DriverError) return fail(EXIT.failed, error.message);
  return fail(EXIT.failed, `An unexpected error occurred: ${String(error)}`);
}

function explainUsage({ code, message }: CommanderError): string {
  if (code === 'commander.help') return 'A command is required; see the list above.';
  return `${message.replace(/^error: /, '').replace(/\.?$/, '.')} Run "provisioning --help" for usage.`;
}
