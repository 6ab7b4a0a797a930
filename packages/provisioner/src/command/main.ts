import { codeOf } from '@provisioning/errors';
import { StandardOutput } from '@provisioning/command-line';
import { CommanderError } from 'commander';
import { DriverSet } from '../drivers/index.js';
import { createReporter, type Reporter } from '../report/index.js';
import { explainFailure, UsageError } from './command-error.js';
import { readEnvironment, type CommandEnvironment } from './config.js';
import { EXIT } from './exit-codes.js';
import { DEFAULT_DATA_DIR, DEFAULT_WORKSPACE, type SettingsOptions } from './options.js';
import { jsonOutput, textOutput } from './output.js';
import { buildProgram, type RunSettingsVerb, type RunVerb } from './program.js';
import type { SettingsSession } from './session.js';
import { stopSignal } from './stop-signal.js';

/** The options that the output shows or depends on; not every verb has all of them. */
interface OutputOptions extends Pick<SettingsOptions, 'infra' | 'output'> {
  settings?: string;
  check?: boolean;
}

/**
 * Runs the `provisioning` command. Work that has started is finished even if its output cannot be written; the exit
 * status is then 1. A reader that closes the output does not change the status.
 * @returns the exit status; never throws
 */
export async function main(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { stdout, stderr } = process;
  const output = new StandardOutput(stdout, stderr);
  const status = await runCommand(args, env);
  const failure = await output.settle();
  if (failure === undefined || failure.isReaderGone) return status;
  stderr.write(`Error: ${failure.message}\n`);
  return EXIT.failed;
}

async function runCommand(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const stop = stopSignal();
  // Before the options are parsed, the raw arguments decide the format of error messages.
  let output = asksForJson(args)
    ? jsonOutput({ command: args.slice(0, 2).join(' '), infra: null, settings: null, check: false })
    : textOutput();
  let reporter: Reporter = createReporter(undefined);

  let environment: CommandEnvironment;
  const begin = (command: string, options: OutputOptions): SettingsSession => {
    const { infra, settings = null, check = false } = options;
    output = options.output === 'json' ? jsonOutput({ command, infra, settings, check }) : textOutput();
    return { output, reporter, signal: stop.signal, nickelProgram: environment.nickelProgram };
  };
  const runSettings: RunSettingsVerb = (command, options, act) => act(options, begin(command, options));
  const run: RunVerb = async (command, options, act) => {
    const session = begin(command, options);
    const { production, idempotencyKey, fresh, intents, reconcile, approved } = environment;
    const { dataDir = DEFAULT_DATA_DIR, workspace = DEFAULT_WORKSPACE } = options;
    const drivers = await DriverSet.open({ dataDir, workspace, env, production });
    await act(
      { ...options, workspace },
      { ...session, drivers, idempotencyKey, fresh, intents, reconcile, approved },
    );
  };

  try {
    environment = readEnvironment(env);
    reporter = openReporter(environment.events);
    await buildProgram(run, runSettings).parseAsync(args, { from: 'user' });
    output.end();
    return EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done; // --help, --version
    return fail(error);
  } finally {
    reporter.close();
    stop.forget();
  }

  function fail(error: unknown): number {
    const failure = explainFailure(error, stop.received());
    report(reporter, failure.brief);
    output.failure(failure);
    output.end();
    return failure.exitCode;
  }
}

function openReporter(path: string | undefined): Reporter {
  try {
    return createReporter(path);
  } catch (error) {
    const code = codeOf(error);
    throw new UsageError(`The file in PROVISIONING_EVENTS cannot be opened for appending (${code}).`);
  }
}

function report(reporter: Reporter, message: string): void {
  try {
    reporter.report({ type: 'error', message });
  } catch {
    // The report file may be what failed; the message is also printed.
  }
}

function asksForJson(args: readonly string[]): boolean {
  return (
    args.includes('--output=json') ||
    args.some((arg, index) => arg === '--output' && args[index + 1] === 'json')
  );
}
