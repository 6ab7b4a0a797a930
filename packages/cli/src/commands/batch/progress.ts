import type { Batch, BatchOperation } from '@provisioning/contracts';
import { Listr, type ListrTask } from 'listr2';
import { printable } from '../../output/printable.js';
import type { Printer } from '../../output/printer.js';
import { reasonOf } from '../task/why.js';

/** Maximum number of operations that are shown live; for larger batches only changes are printed. */
const MOST_SHOWN = 40;
const ENDED = new Set(['Completed', 'Failed', 'Cancelled', 'RolledBack']);

/** Shows the progress of a batch until it has ended. @returns its last state */
export async function showProgress(
  states: AsyncIterable<Batch>,
  printer: Printer,
  isTTY: boolean,
): Promise<Batch> {
  const iterator = states[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done) throw new Error('The server returned no state of the batch.');
  const rest = { [Symbol.asyncIterator]: () => iterator };
  return isTTY && first.value.operations.length <= MOST_SHOWN
    ? liveProgress(first.value, rest)
    : plainProgress(first.value, rest, printer);
}

/** Prints a line for each change, starting with the status. */
async function plainProgress(first: Batch, rest: AsyncIterable<Batch>, printer: Printer): Promise<Batch> {
  const printed = new Map<string, string>();
  const print = (key: string, status: string, about: string) => {
    const line = `${printer.status(status)}  ${printable(about)}`;
    if (printed.get(key) !== line) printer.note(line);
    printed.set(key, line);
  };
  const printAll = ({ name, status, operations }: Batch) => {
    for (const operation of operations) print(`/${operation.id}`, operation.status, aboutOf(operation));
    print('batch', status, `batch ${name}`);
  };
  let last = first;
  printAll(first);
  for await (const state of rest) printAll((last = state));
  return last;
}

/** Draws one line for each operation and updates it in place. */
async function liveProgress(first: Batch, rest: AsyncIterable<Batch>): Promise<Batch> {
  let last = first;
  const rows = new Map(first.operations.map(({ id }) => [id, new Row()]));
  const update = (batch: Batch) => {
    last = batch;
    for (const operation of batch.operations) rows.get(operation.id)?.update(operation);
  };
  const tasks = first.operations.map((operation): ListrTask => ({
    title: `${operation.status}  ${aboutOf(operation)}`,
    task: (_, task) => rows.get(operation.id)?.shownBy((title) => (task.title = title)),
  }));
  const shown = new Listr(tasks, { concurrent: true, exitOnError: false }).run();
  try {
    update(first);
    for await (const batch of rest) update(batch);
  } finally {
    for (const row of rows.values()) row.end();
    await shown;
  }
  return last;
}

class Row {
  #show: (title: string) => void = () => {};
  #title = '';
  #operation: BatchOperation | undefined;
  #settle: () => void = () => {};
  readonly #ended = new Promise<void>((resolve) => (this.#settle = resolve));

  update(operation: BatchOperation): void {
    this.#operation = operation;
    this.#title = `${operation.status}  ${aboutOf(operation)}`;
    this.#show(this.#title);
  }

  async shownBy(show: (title: string) => void): Promise<void> {
    this.#show = show;
    if (this.#title !== '') show(this.#title);
    await this.#ended;
    const status = this.#operation?.status ?? '';
    if (ENDED.has(status) && status !== 'Completed') throw new Error(this.#title);
  }

  end(): void {
    this.#settle();
  }
}

function aboutOf(operation: BatchOperation): string {
  const { id, status, progress, current_step, error, waiting_for } = operation;
  if (error) return `${id}: ${error}`;
  if (status === 'Pending' && waiting_for) return `${id}: ${reasonOf(waiting_for)}`;
  if (status !== 'Running') return id;
  return `${id} ${Math.round(progress)} %${current_step ? `: ${current_step}` : ''}`;
}
