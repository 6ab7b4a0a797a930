import type { RollbackRequest, RollbackResult } from '@provisioning/contracts';
import type { Command } from 'commander';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Actions, Context } from '../../context.js';
import { EXIT, type ExitCode } from '../../exit-code.js';
import { list } from '../../input.js';
import { UsageError } from '../../usage-error.js';

interface RollbackOptions {
  to?: string;
  operations?: string[];
  check?: boolean;
}

/** So that it lasts as long as it lasts, and no answer has to be waited for on one connection. */
const ASYNC = { Prefer: 'respond-async' };
const LOOK_MS = 1_000;

export function rollbackCommands(program: Command, actions: Actions): void {
  program
    .command('rollback')
    .description('undo what was changed after a checkpoint, or just some operations')
    .option('--to <checkpoint>', 'undo all that came after it')
    .option('--operations <ids>', 'undo just those (a,b)', list)
    .option('--check', 'change nothing, tell what would be undone')
    .action(actions.of(rollback));
  program
    .command('restore <checkpoint>')
    .description('make the infrastructure what a checkpoint says')
    .option('--check', 'change nothing, tell what would be')
    .option(
      '--confirm <confirmation>',
      'destroy what the platform did not make, as the plan of --check names it',
    )
    .action(actions.of(restore));
}

async function rollback(context: Context, options: RollbackOptions): Promise<ExitCode> {
  const { client } = context;
  const headers = options.check ? {} : ASYNC;
  const query = options.check ? { check_mode: true } : {};
  return settle(
    context,
    await client.orchestrator.executeRollback({ body: bodyOf(options), query, headers }),
  );
}

function bodyOf({ to, operations }: RollbackOptions): RollbackRequest {
  if (to !== undefined && operations === undefined) return { checkpoint_id: to };
  if (operations !== undefined && to === undefined) return { operation_ids: operations };
  throw new UsageError('Say what to go back to: either --to <checkpoint> or --operations <ids>.');
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

/** Waits for its end, where it has one, and tells what was done. */
async function settle({ client, printer, terminal }: Context, begun: RollbackResult): Promise<ExitCode> {
  let result = begun;
  while (result.check_mode !== true && (result.status === 'Pending' || result.status === 'Running')) {
    await sleep(LOOK_MS, undefined, { signal: terminal.signal });
    result = await client.orchestrator.getRollback({ params: { id: begun.rollback_id } });
  }
  if (printer.format !== 'table') printer.data(result);
  else if (result.check_mode) tellPlan(printer, result);
  else {
    for (const { operation_id, error } of result.failures ?? []) {
      printer.outcome('Failed', `${operation_id}: ${error}`);
    }
    const { operations_executed: done, operations_failed: failed, duration } = result;
    const sentence = `${done} operations undone, ${failed} failed, in ${duration} s (rollback ${result.rollback_id}).`;
    printer.outcome(result.success ? 'Completed' : 'Failed', sentence);
  }
  if (result.check_mode) return (result.obstacles ?? []).length === 0 ? EXIT.done : EXIT.conflict;
  return result.success ? EXIT.done : EXIT.failed;
}

function tellPlan(printer: Context['printer'], { plan, obstacles = [], confirmation }: RollbackResult): void {
  for (const { change, kind, infra, name } of plan?.changes ?? []) {
    printer.outcome('Planned', `${change} ${kind} ${infra}/${name}`);
  }
  for (const { obstacle, reason } of obstacles) printer.outcome('Failed', `${obstacle}: ${reason}`);
  printer.outcome('Planned', plan?.summary ?? 'Nothing would be done.');
  if (confirmation) printer.outcome('Planned', `To do it all the same, add --confirm ${confirmation}.`);
}
