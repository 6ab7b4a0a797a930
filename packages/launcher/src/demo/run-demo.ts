import { Failure } from '@provisioning/errors';
import type { Terminal } from '../terminal/terminal.js';
import { Api } from './api.js';
import type { ApiUrls, Batch } from './api.js';
import { leaveExamples } from './examples.js';
import { follow } from './follow.js';
import { resultTable } from './result-table.js';
import { SAMPLE_BATCH } from './sample-batch.js';

/** What the sample needs to run. */
export interface DemoOptions {
  urls: ApiUrls;
  username: string;
  password: string | undefined;
  terminal: Terminal;
  signal: AbortSignal;
  /** Whether examples of failed and waiting work are left for the console. */
  examples: boolean;
}

/**
 * Runs the sample batch through the public API and follows it to its end.
 * @returns whether it completed.
 * @throws Failure when the API refuses.
 */
export async function runDemo({
  urls,
  username,
  password,
  terminal,
  signal,
  examples,
}: DemoOptions): Promise<boolean> {
  if (password === undefined) {
    throw new Failure(
      'unauthenticated',
      'the password of the admin is not known here: set ADMIN_PASSWORD to the one you chose.',
    );
  }
  const api = new Api(urls, signal);
  await api.signIn(username, password);
  const id = await api.executeBatch(SAMPLE_BATCH);
  const { length } = SAMPLE_BATCH.operations;
  terminal.line();
  terminal.line(`The sample: the batch ${SAMPLE_BATCH.name} with ${length} operations, submitted as ${id}`);
  terminal.line(
    terminal.colors.dim('  Without credentials for upcloud and aws both fall back to the local driver.'),
  );
  const batch = await follow(
    () => api.batch(id),
    teller((line) => terminal.line(`  ${line}`)),
    ({ status }) => !['Pending', 'Running', 'RollingBack'].includes(status),
    signal,
  );
  terminal.line();
  terminal.line(resultTable(batch, terminal.colors.isColorSupported));
  terminal.line(`The batch: ${batch.status}${batch.error ? `. ${batch.error}` : ''}`);
  if (batch.status === 'Completed' && examples) {
    await leaveExamples(api);
    terminal.line(
      terminal.colors.dim('Left for the console: a checkpoint, a failed batch, a running and a waiting one.'),
    );
  }
  return batch.status === 'Completed';
}

/** Reports what has changed since the last call: an operation's status, or its current step. */
function teller(say: (line: string) => void): (batch: Batch) => void {
  const last = new Map<string, string>();
  return ({ progress, operations }) => {
    for (const { id, status, current_step: step } of operations) {
      const now = status === 'Running' && step ? `${status}: ${step}` : status;
      if (last.get(id) !== now && !(last.get(id) === undefined && status === 'Pending'))
        say(`${String(Math.round(progress)).padStart(3)} %  ${id.padEnd(18)} ${now}`);
      last.set(id, now);
    }
  };
}
