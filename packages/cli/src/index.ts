import { StandardOutput } from '@provisioning/command-line';
import { readEnvironment, type Environment } from './config.js';
import { Actions } from './context.js';
import { EXIT } from './exit-code.js';
import { report } from './failures.js';
import { programOf } from './program.js';
import type { Terminal } from './terminal.js';

export { EXIT };
export type { Environment, Terminal };

/** Runs one command. @returns the exit code */
export async function run(
  args: readonly string[],
  terminal: Terminal,
  environment: Environment,
): Promise<number> {
  const actions = new Actions(terminal, environment);
  try {
    await programOf(actions, terminal).parseAsync([...args], { from: 'user' });
    return actions.exitCode;
  } catch (error) {
    return report(error, terminal);
  }
}

/** Runs provctl in this process, with its streams and environment. @returns the exit code */
export async function main(args: readonly string[]): Promise<number> {
  const abort = new AbortController();
  // Only the first Ctrl-C is handled; the second one terminates the process.
  process.once('SIGINT', () => abort.abort());
  const { stdin, stdout, stderr } = process;
  // The command is aborted if its output cannot be written.
  const output = new StandardOutput(stdout, stderr, (failure) => abort.abort(failure));
  const exitCode = await run(args, { stdin, stdout, stderr, signal: abort.signal }, readEnvironment());
  const failure = await output.settle();
  if (failure === undefined) return exitCode;
  if (failure.isReaderGone) return EXIT.readerGone;
  stderr.write(`Failed  ${failure.message}\n`);
  return EXIT.failed;
}
