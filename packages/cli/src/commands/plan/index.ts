import type { BatchRequest, StoredPlan, StoredPlanSummary } from '@provisioning/contracts';
import { PLAN_STATUSES } from '@provisioning/contracts/statuses';
import { Option, type Command } from 'commander';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Actions, Context } from '../../context.js';
import { EXIT, type ExitCode } from '../../exit-code.js';
import { readDocument } from '../../input.js';
import type { Columns } from '../../output/printer.js';
import { UsageError } from '../../usage-error.js';
import { printList, withListOptions, type ListOptions } from '../print-list.js';
import { showMoved, showPlan } from './show.js';

interface DecideOptions {
  digest?: string;
  comment?: string;
}

interface PlanFilter {
  status?: StoredPlan['status'];
  infra?: string;
  mine?: boolean;
}

const POLL_MS = 500;

/** Adds `provctl plan` to the program. */
export function planCommands(program: Command, actions: Actions): void {
  const plan = program
    .command('plan')
    .description('plan changes, approve them and execute what was approved');
  plan
    .command('create')
    .description('plan a batch file without changing anything')
    .requiredOption('-f, --file <file>', 'batch file (YAML or JSON, - for standard input)')
    .option('-w, --wait', 'wait until it is planned and show it; exit code 9 if it needs approval')
    .action(actions.of(create));
  withListOptions(plan.command('list').description('list plans, newest first'))
    .addOption(new Option('--status <status>', 'only those with this status').choices(PLAN_STATUSES))
    .option('--infra <infra>', 'only those that change this infra')
    .option('--mine', 'only those that wait for your approval')
    .action(actions.of(listPlans));
  plan
    .command('show <id>')
    .description('show a plan: its changes, destroys first, and its decisions')
    .action(
      actions.of(async ({ client, printer }, id: string) =>
        showPlan(printer, await client.orchestrator.getPlan({ params: { id } })),
      ),
    );
  plan
    .command('diff <id>')
    .description('plan again now and show what has moved; exit code 8 if something has')
    .action(actions.of(diff));
  for (const decision of ['approve', 'reject'] as const) {
    plan
      .command(`${decision} <id>`)
      .description(`${decision} a plan`)
      .option('--comment <text>', 'why')
      .option('--digest <digest>', `${decision} only if the plan has this digest`)
      .action(
        actions.of(async (context, id: string, { digest, comment }: DecideOptions) => {
          const shown = await digestOf(context, id, digest);
          const body = { digest: shown, decision, ...(comment === undefined ? {} : { comment }) };
          const { status } = await context.client.orchestrator.decidePlan({ params: { id }, body });
          context.printer.outcome(status, `You ${PAST[decision]} plan ${id} with ${shown}.`, {
            plan_id: id,
            status,
            digest: shown,
          });
        }),
      );
  }
  plan
    .command('withdraw <id>')
    .description('withdraw your approval of a plan')
    .action(
      actions.of(async ({ client, printer }, id: string) => {
        await client.orchestrator.withdrawPlanApproval({ params: { id } });
        printer.done(`Withdrew your approval of plan ${id}.`, { plan_id: id });
      }),
    );
  plan
    .command('execute <id>')
    .description('execute an approved plan; exit code 8 if something has moved, 9 if it needs approval')
    .option('--digest <digest>', 'execute only if the plan has this digest')
    .action(
      actions.of(async (context, id: string, { digest }: DecideOptions) => {
        const executed = await executePlan(context, id, digest);
        if (executed === undefined) return EXIT.pending;
        const { status, batch_id: batch } = executed;
        context.printer.outcome(status, `Plan ${id} runs as batch ${batch}.`, executed);
        return EXIT.done;
      }),
    );
  plan
    .command('cancel <id>')
    .description('cancel a plan that has not been executed')
    .action(
      actions.of(async ({ client, printer }, id: string) => {
        await client.orchestrator.cancelPlan({ params: { id } });
        printer.done(`Cancelled plan ${id}.`, { plan_id: id });
      }),
    );
}

const PAST = { approve: 'approved', reject: 'rejected' } as const;

const columns: Columns<StoredPlanSummary> = {
  status: ({ status }) => status,
  id: ({ id }) => id,
  name: ({ name }) => name,
  create: ({ summary }) => summary.create,
  change: ({ summary }) => summary.change,
  destroy: ({ summary }) => summary.destroy,
  infras: ({ infras }) => infras,
  created: ({ created_at }) => created_at,
  by: ({ created_by }) => created_by,
};

async function listPlans(
  context: Context,
  { status, infra, mine, ...options }: ListOptions & PlanFilter,
): Promise<void> {
  const query = {
    ...(status ? { status } : {}),
    ...(infra ? { infra } : {}),
    ...(mine ? { waiting_for_me: true } : {}),
  };
  return printList(context, context.client.orchestrator.listPlans, { query }, options, columns);
}

async function create(context: Context, { file, wait }: { file: string; wait?: boolean }): Promise<ExitCode> {
  const { client, printer, terminal } = context;
  // Safe cast: the service validates the body and reports every fault.
  const batch = (await readDocument(file, terminal)) as BatchRequest;
  let plan = await client.orchestrator.createPlan({ body: { batch } });
  if (!wait) {
    printer.outcome(plan.status, `Created plan ${plan.id}.`, plan);
    return EXIT.done;
  }
  while (plan.status === 'Planning') {
    await sleep(POLL_MS, undefined, { signal: terminal.signal });
    plan = await client.orchestrator.getPlan({ params: { id: plan.id } });
  }
  showPlan(printer, plan);
  if (plan.status === 'Planned') return EXIT.pending;
  return plan.status === 'Approved' ? EXIT.done : EXIT.failed;
}

async function diff({ client, printer }: Context, id: string): Promise<ExitCode> {
  const difference = await client.orchestrator.diffPlan({ params: { id } });
  if (printer.format !== 'table') printer.data(difference);
  else if (difference.equal)
    printer.outcome('Valid', 'Nothing has moved: planning again gives the same digest.');
  else showMoved(printer, difference.moved);
  return difference.equal ? EXIT.done : EXIT.conflict;
}

/**
 * Executes a plan and returns the batch that it runs as. Undefined, with a note, while the plan needs approval.
 * @throws ProvisioningError `plan_moved`, `plan_not_open`, `digest_mismatch`
 */
export async function executePlan(context: Context, id: string, expected?: string) {
  const { client, printer } = context;
  const plan = await client.orchestrator.getPlan({ params: { id } });
  if (plan.status === 'Planned') {
    printer.note(`Plan ${id} needs approval. Approve it with provctl plan approve ${id}.`);
    return undefined;
  }
  const digest = checkedDigest(plan, expected);
  return client.orchestrator.executePlan({ params: { id }, body: { digest } });
}

async function digestOf({ client }: Context, id: string, expected?: string): Promise<string> {
  return checkedDigest(await client.orchestrator.getPlan({ params: { id } }), expected);
}

function checkedDigest({ id, digest, status }: StoredPlan, expected: string | undefined): string {
  if (digest === null) throw new UsageError(`Plan ${id} is ${status} and has no digest.`);
  if (expected !== undefined && expected !== digest)
    throw new UsageError(
      `Plan ${id} has the digest ${digest}, not ${expected}. Read it again with provctl plan show ${id}.`,
    );
  return digest;
}
