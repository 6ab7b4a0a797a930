import { ProvisioningError } from '@provisioning/client';
import { OutputFailure, systemErrorSentence } from '@provisioning/command-line';
import { CommanderError } from 'commander';
import { EXIT, exitCodeOfError, type ExitCode } from './exit-code.js';
import { printable } from './output/printable.js';
import type { Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

/** Prints a failure on stderr. @returns the exit code */
export function report(error: unknown, { stderr, signal }: Terminal): ExitCode {
  // Commander has already printed the message.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  // `main` reports output that cannot be written.
  if (signal.reason instanceof OutputFailure) return EXIT.failed;
  if (signal.aborted) {
    stderr.write('Interrupted  Submitted work continues.\n');
    return EXIT.interrupted;
  }
  if (error instanceof ProvisioningError) {
    stderr.write(`${sentenceOf(error)}\n`);
    for (const { path, message } of error.details) stderr.write(`  ${printable(`${path}: ${message}`)}\n`);
    return exitCodeOfError(error);
  }
  stderr.write(`Failed  ${printable(messageOf(error))}\n`);
  return error instanceof UsageError ? EXIT.usage : EXIT.failed;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Safe cast: errors of the file system have a path; others have none.
  const { path } = error as NodeJS.ErrnoException;
  return path === undefined ? error.message : systemErrorSentence(path, 'read', error);
}

function sentenceOf({ message, status, requestId }: ProvisioningError): string {
  const hint = status === 401 ? ' Sign in with `provctl login`.' : '';
  const request = requestId === undefined ? '' : ` (request ${requestId})`;
  return `Failed  ${printable(`${message}${hint}${request}`)}`;
}
