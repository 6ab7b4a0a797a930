import type { RollbackResult, RollbackToPlan, RollbackSummary } from '@provisioning/contracts';
import { ROLLBACK_STATUSES } from '@provisioning/contracts/statuses';
import { Option, type Command } from 'commander';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Actions, Context } from '../../context.js';
import { EXIT, type ExitCode } from '../../exit-code.js';
import { list } from '../../input.js';
import type { Columns } from '../../output/printer.js';
import { UsageError } from '../../usage-error.js';
import { printList, withListOptions, type ListOptions } from '../print-list.js';

interface RollbackOptions {
  to?: string;
  operations?: string[];
  check?: boolean;
}

/** A rollback may take longer than one request should: it is started and then polled. */
const ASYNC = { Prefer: 'respond-async' };
const POLL_MS = 1_000;

/** Adds `provctl rollback`, its subcommands and `restore` to the program. */
export function rollbackCommands(program: Command, actions: Actions): void {
  const command = program
    .command('rollback')
    .description('undo all changes after a checkpoint, or the given operations')
    .option('--to <checkpoint>', 'undo all changes after this checkpoint')
    .option('--operations <ids>', 'undo these operations, separated by commas', list)
    .option('--check', 'change nothing; show what would be undone')
    .action(actions.of(rollback));
  withListOptions(command.command('list').description('list rollbacks and restores, newest first'))
    .addOption(new Option('--status <status>', 'only those with this status').choices(ROLLBACK_STATUSES))
    .action(
      actions.of(
        async (context, { status, ...options }: ListOptions & { status?: RollbackSummary['status'] }) =>
          printList(
            context,
            context.client.orchestrator.listRollbacks,
            { query: status ? { status } : {} },
            options,
            columns,
          ),
      ),
    );
  command
    .command('show <id>')
    .description('show a rollback or restore and the operations that it undoes')
    .action(
      actions.of(async ({ client, printer }, id: string) =>
        showRollback(printer, await client.orchestrator.getRollback({ params: { id } })),
      ),
    );
  program
    .command('restore <checkpoint>')
    .description('change the infrastructure to the state of a checkpoint')
    .option('--check', 'change nothing; show what would be changed')
    .option(
      '--confirm <confirmation>',
      'destroy the resources that the platform did not create; --check prints the value',
    )
    .action(actions.of(restore));
}

const columns: Columns<RollbackSummary> = {
  status: ({ status }) => status,
  id: ({ rollback_id }) => rollback_id,
  kind: ({ kind }) => kind,
  checkpoint: ({ checkpoint_id }) => checkpoint_id,
  infras: ({ infras }) => infras,
  operations: ({ operations_count }) => operations_count,
  done: ({ operations_executed }) => operations_executed,
  failed: ({ operations_failed }) => operations_failed,
  created: ({ created_at }) => created_at,
  by: ({ created_by }) => created_by,
};

function showRollback(printer: Context['printer'], rollback: RollbackResult): void {
  if (printer.format !== 'table') return printer.data(rollback);
  const {
    operations = [],
    status,
    kind,
    checkpoint_id: checkpoint,
    created_at,
    created_by,
    duration,
  } = rollback;
  printer.record(rollback, {
    status,
    kind,
    checkpoint,
    created: created_at,
    by: created_by,
    duration: `${duration} s`,
  });
  printer.rows(operations, {
    outcome: ({ outcome }) => outcome,
    operation: ({ operation_id }) => operation_id,
    changes: ({ changes }) => changes,
    error: ({ error }) => error,
  });
}

async function rollback(context: Context, options: RollbackOptions): Promise<ExitCode> {
  const { client } = context;
  const headers = options.check ? {} : ASYNC;
  const query = options.check ? { check_mode: true } : {};
  return settle(
    context,
    await client.orchestrator.executeRollback({ body: whatToUndo(options), query, headers }),
  );
}

/** What the options of a rollback choose. @throws UsageError unless exactly one is given */
export function whatToUndo({ to, operations }: Pick<RollbackOptions, 'to' | 'operations'>): RollbackToPlan {
  if (to !== undefined && operations === undefined) return { checkpoint_id: to };
  if (operations !== undefined && to === undefined) return { operation_ids: operations };
  throw new UsageError('Either --to <checkpoint> or --operations <ids> is required.');
}

async function restore(
  context: Context,
  id: string,
  { check, confirm }: { check?: boolean; confirm?: string },
): Promise<ExitCode> {
  const { client, printer } = context;
  const answer = await client.orchestrator.restoreCheckpoint({
    params: { id },
    query: { ...(check ? { check_mode: true } : {}), ...(confirm === undefined ? {} : { confirm }) },
    headers: check ? {} : ASYNC,
  });
  if (typeof answer !== 'string') return settle(context, answer);
  printer.outcome('Done', answer);
  return EXIT.done;
}

/** Waits until the rollback has ended and prints its result. */
async function settle({ client, printer, terminal }: Context, begun: RollbackResult): Promise<ExitCode> {
  let result = begun;
  while (result.check_mode !== true && (result.status === 'Pending' || result.status === 'Running')) {
    await sleep(POLL_MS, undefined, { signal: terminal.signal });
    result = await client.orchestrator.getRollback({ params: { id: begun.rollback_id } });
  }
  if (printer.format !== 'table') printer.data(result);
  else if (result.check_mode) printPlan(printer, result);
  else {
    for (const { operation_id, error } of result.failures ?? []) {
      printer.outcome('Failed', `${operation_id}: ${error}`);
    }
    const { operations_executed: done, operations_failed: failed, duration } = result;
    const sentence = `Undid ${done} operations in ${duration} s; ${failed} failed (rollback ${result.rollback_id}).`;
    printer.outcome(result.success ? 'Completed' : 'Failed', sentence);
  }
  if (result.check_mode) return (result.obstacles ?? []).length === 0 ? EXIT.done : EXIT.conflict;
  return result.success ? EXIT.done : EXIT.failed;
}

function printPlan(
  printer: Context['printer'],
  { plan, obstacles = [], confirmation }: RollbackResult,
): void {
  for (const { change, kind, infra, name } of plan?.changes ?? []) {
    printer.outcome('Planned', `${change} ${kind} ${infra}/${name}`);
  }
  for (const { obstacle, reason } of obstacles) printer.outcome('Failed', `${obstacle}: ${reason}`);
  printer.outcome('Planned', plan?.summary ?? 'Nothing would be changed.');
  if (confirmation) printer.outcome('Planned', `To destroy these resources, add --confirm ${confirmation}.`);
}
