import { hasBatchEnded } from '@provisioning/client';
import type { Batch, BatchRequest } from '@provisioning/contracts';
import type { Command } from 'commander';
import type { Actions, Context } from '../../context.js';
import { EXIT, exitCodeOfStatus, type ExitCode } from '../../exit-code.js';
import { watch } from '../../follow/watch.js';
import { readDocument } from '../../input.js';
import { printable } from '../../output/printable.js';
import { UsageError } from '../../usage-error.js';
import { holderOf } from '../lock-holder.js';
import { executePlan } from '../plan/index.js';
import { printList, withListOptions, type ListOptions } from '../print-list.js';
import { showProgress } from './progress.js';
import { faultsOfBatch } from './validate.js';

/** Adds `provctl batch` to the program. */
export function batchCommands(program: Command, actions: Actions): void {
  const batch = program.command('batch').description('validate, plan, run and manage batches');
  batch
    .command('validate <file>')
    .description('validate a batch file (YAML or JSON, - for standard input) without submitting it')
    .action(actions.of(validate));
  batch
    .command('plan <file>')
    .description('check a batch file on the server and show its operations and locks without submitting it')
    .action(actions.of(plan));
  batch
    .command('run [file]')
    .description('submit a batch file (YAML or JSON, - for standard input), or execute a plan')
    .option('--plan <id>', 'execute this approved plan in place of a file')
    .option('-w, --watch', 'show progress until the batch has ended; the exit code is its outcome')
    .action(actions.of(run));
  batch
    .command('watch <id>')
    .description('show the progress of a batch until it has ended')
    .action(actions.of(watchBatch));
  withListOptions(batch.command('list').description('list batches, newest first')).action(
    actions.of(async (context, options: ListOptions) =>
      printList(context, context.client.orchestrator.listBatches, { query: { operations: false } }, options, {
        status: ({ status }) => status,
        id: ({ batch_id }) => batch_id,
        name: ({ name }) => name,
        operations: ({ operations_count, operations }) => operations_count ?? operations.length,
        infras: ({ infras }) => infras,
        created: ({ created_at }) => created_at,
        by: ({ created_by }) => created_by,
      }),
    ),
  );
  batch
    .command('show <id>')
    .description('show a batch and its operations')
    .action(
      actions.of(async ({ client, printer }, id: string) => {
        showOperations(printer, await client.orchestrator.getBatch({ params: { id } }));
      }),
    );
  batch
    .command('cancel <id>')
    .description('cancel a batch')
    .action(
      actions.of(async ({ client, printer }, id: string) => {
        await client.orchestrator.cancelBatch({ params: { id } });
        printer.done(`Requested cancellation of batch ${id}.`, { batch_id: id });
      }),
    );
  batch
    .command('resume <id>')
    .description('resume a failed or cancelled batch as a new batch')
    .option('--check', 'submit nothing; show which operations would be kept and which would run')
    .option('-w, --watch', 'show progress until the batch has ended; the exit code is its outcome')
    .action(actions.of(resume));
}

async function validate({ printer, terminal }: Context, file: string): Promise<ExitCode> {
  const faults = await faultsOfBatch(await readDocument(file, terminal));
  if (printer.format !== 'table') printer.data({ valid: faults.length === 0, problems: faults });
  else if (faults.length === 0) {
    printer.outcome(
      'Valid',
      `${file} is valid. The server checks infras and providers when it is submitted.`,
    );
  }
  if (printer.format === 'table') {
    for (const { path, message } of faults) printer.outcome('Invalid', `${path}: ${message}`);
  }
  return faults.length === 0 ? EXIT.done : EXIT.failed;
}

async function plan({ client, printer, terminal }: Context, file: string): Promise<void> {
  // Safe cast: the service validates the body and reports every fault.
  const body = (await readDocument(file, terminal)) as BatchRequest;
  const planned = await client.orchestrator.planBatch({ body });
  if (printer.format !== 'table') return printer.data(planned);
  printer.rows(planned.operations, {
    operation: ({ id }) => id,
    type: ({ type }) => type,
    infra: ({ infra }) => infra,
    provider: ({ provider }) => provider,
    'depends on': ({ dependencies }) => dependencies,
  });
  for (const lock of planned.locks) {
    printer.outcome('Waiting', `${lock.infra} is locked by ${holderOf(lock)}; ${lock.waiting} wait already.`);
  }
}

async function run(
  context: Context,
  file: string | undefined,
  options: { plan?: string; watch?: boolean },
): Promise<ExitCode> {
  const { printer } = context;
  const submitted = await begin(context, file, options.plan);
  if (submitted === undefined) return EXIT.pending;
  const { batch_id: id = '' } = submitted;
  if (options.watch) return watchBatch(context, id);
  printer.outcome(submitted.status, `Submitted batch ${id}.`, submitted);
  return EXIT.done;
}

function begin(context: Context, file: string | undefined, planId: string | undefined) {
  if (file !== undefined && planId === undefined) return submit(context, file);
  if (planId !== undefined && file === undefined) return executePlan(context, planId, undefined, 'batch');
  throw new UsageError('Either a file or --plan <id> is required.');
}

async function submit({ client, terminal }: Context, file: string) {
  // Safe cast: the service validates the body and reports every fault.
  const body = (await readDocument(file, terminal)) as BatchRequest;
  return client.orchestrator.executeBatch({ body });
}

async function resume(
  context: Context,
  id: string,
  options: { check?: boolean; watch?: boolean },
): Promise<ExitCode> {
  const { client, printer } = context;
  const query = options.check ? { check_mode: true } : {};
  const submitted = await client.orchestrator.resumeBatch({ params: { id }, query });
  if (options.watch && !options.check) return watchBatch(context, submitted.batch_id);
  if (options.check) {
    printer.rows(submitted.operations, { status: ({ status }) => status, id: (operation) => operation.id });
  } else printer.outcome(submitted.status, `Submitted batch ${submitted.batch_id}.`, submitted);
  return EXIT.done;
}

async function watchBatch({ client, printer, terminal }: Context, id: string): Promise<ExitCode> {
  const { signal, stdout } = terminal;
  const look = () => client.orchestrator.getBatch({ params: { id }, signal });
  const states = watch(client, { filter: { batchId: id }, look, ended: hasBatchEnded }, signal);
  // Without a terminal, or in one too narrow for an operation, each change is printed on a line of its own.
  const isLive = stdout.isTTY === true && (stdout.columns ?? 0) >= 40 && printer.format === 'table';
  const batch = await showProgress(states, printer, isLive);
  printer.outcome(batch.status, `batch ${batch.name} (${id})${batch.error ? `: ${batch.error}` : ''}`, batch);
  return exitCodeOfStatus(batch.status);
}

function showOperations(printer: Context['printer'], batch: Batch): void {
  if (printer.format !== 'table') return printer.data(batch);
  printer.line(`${printer.status(batch.status)}  ${printable(batch.name)}`);
  printer.rows(batch.operations, {
    status: ({ status }) => status,
    id: ({ id }) => id,
    progress: ({ progress }) => `${Math.round(progress)} %`,
    task: ({ task_id }) => task_id,
    error: ({ error }) => error,
  });
}
