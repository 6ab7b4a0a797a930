import { readEnvironment, type Environment } from './config.js';
import { Actions } from './context.js';
import { report } from './failures.js';
import { programOf } from './program.js';
import type { Terminal } from './terminal.js';

export { EXIT } from './exit-code.js';
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
  // Whoever reads has had enough (`| head`): nobody is left to tell.
  stdout.on('error', () => process.exit(0));
  return run(args, { stdin, stdout, stderr, signal: abort.signal }, readEnvironment());
}
