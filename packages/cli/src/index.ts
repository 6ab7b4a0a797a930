import { StandardOutput } from '@provisioning/command-line';
import { readEnvironment, type Environment } from './config.js';
import { Actions } from './context.js';
import { EXIT } from './exit-code.js';
import { report } from './failures.js';
import { programOf } from './program.js';
import type { Terminal } from './terminal.js';

export { EXIT };
export type { Environment, Terminal };

/** Runs one command and answers with the exit code. */
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

export async function main(args: readonly string[]): Promise<number> {
  const abort = new AbortController();
  // The second Ctrl-C ends it whatever it does.
  process.once('SIGINT', () => abort.abort());
  const { stdin, stdout, stderr } = process;
  // What can't be shown is not waited for.
  const output = new StandardOutput(stdout, stderr, (failure) => abort.abort(failure));
  const exitCode = await run(args, { stdin, stdout, stderr, signal: abort.signal }, readEnvironment());
  const failure = await output.settle();
  if (failure === undefined) return exitCode;
  if (failure.isReaderGone) return EXIT.readerGone;
  stderr.write(`Failed  ${failure.message}\n`);
  return EXIT.failed;
}
