import { Failure } from '@provisioning/errors';
import type { Terminal } from '../terminal/terminal.js';
import { Api } from './api.js';
import type { ApiUrls, Task } from './api.js';
import { followTask } from './follow-task.js';
import { resultTable } from './result-table.js';
import type { Outcome } from './result-table.js';
import { STEPS } from './steps.js';

export interface DemoOptions {
  urls: ApiUrls;
  username: string;
  password: string | undefined;
  terminal: Terminal;
  signal: AbortSignal;
}

/**
 * Runs the sample through the public API: a sequence of workflows, each followed to its end.
 * @returns whether every one of them completed.
 * @throws Failure when the API refuses.
 */
export async function runDemo({ urls, username, password, terminal, signal }: DemoOptions): Promise<boolean> {
  if (password === undefined) {
    throw new Failure(
      'unauthenticated',
      'the password of the admin is not known here: set ADMIN_PASSWORD to the one you chose.',
    );
  }
  const api = new Api(urls, signal);
  await api.signIn(username, password);
  terminal.line();
  terminal.line(`The sample: ${STEPS.length} workflows, one after the other (a sequence, not a batch).`);
  const outcomes: Outcome[] = [];
  for (const [index, { title, body }] of STEPS.entries()) {
    const label = `${index + 1}/${STEPS.length} ${title}`;
    const id = await api.createServers(body);
    terminal.line(`  ${label}: submitted as task ${id}`);
    const task = await followTask(
      api,
      id,
      (changed) => terminal.line(`  ${label}: ${changed.status}`),
      signal,
    );
    showOutput(terminal, task);
    outcomes.push({ title, task });
    // What comes next builds on it.
    if (task.status !== 'Completed') break;
  }
  terminal.line();
  terminal.line(resultTable(outcomes, terminal.colors.isColorSupported));
  const left = STEPS.length - outcomes.length;
  if (left > 0) terminal.line(`${left} more were not run.`);
  return left === 0 && outcomes.every(({ task }) => task.status === 'Completed');
}

function showOutput(terminal: Terminal, task: Task): void {
  for (const line of (task.output ?? '').trimEnd().split('\n')) {
    if (line !== '') terminal.line(`      ${terminal.colors.dim(line)}`);
  }
  if (task.error !== null) terminal.line(`      ${terminal.colors.red(task.error)}`);
}
