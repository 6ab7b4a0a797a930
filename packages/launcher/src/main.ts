import { EmbeddedError } from '@provisioning/embedded';
import { isFailure } from '@provisioning/errors';
import { takeEnvironment } from '@provisioning/process';
import { fileURLToPath } from 'node:url';
import { USAGE, readOptions } from './options.js';
import { run } from './run.js';
import { stopRequests } from './stop-signals.js';
import { StartError } from './processes/start-error.js';
import { Terminal } from './terminal/terminal.js';

const repository = fileURLToPath(new URL('../../../', import.meta.url));

/** Runs the platform until it is stopped. Sets the exit status: 0, or 1 after a sentence that says why. */
export async function main(args: string[]): Promise<void> {
  takeEnvironment();
  const requests = stopRequests();
  // The reader of the output may have ended (`npm start
  // head`): the platform continues, its logs are in files.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  try {
    const options = readOptions(args);
    if (options.help) {
      process.stdout.write(`${USAGE}\n`);
      return;
    }
    const terminal = new Terminal(process.stdout, options);
    process.exitCode = await run({ repository, options, requests, terminal });
  } catch (error) {
    process.stderr.write(`\n${explain(error)}\n`);
    process.exitCode = 1;
  } finally {
    requests.release();
  }
}

/** The text of an error that ended the launcher: a stack only for unexpected errors. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return isFailure(error) || error instanceof EmbeddedError || error instanceof StartError
    ? error.message
    : (error.stack ?? error.message);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
