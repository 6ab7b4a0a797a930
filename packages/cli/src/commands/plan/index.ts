import type { StoredPlan, StoredPlanSummary } from '@provisioning/contracts';
import { PLAN_STATUSES } from '@provisioning/contracts/statuses';
import { Option, type Command } from 'commander';
import type { Actions, Context } from '../../context.js';
import { EXIT, type ExitCode } from '../../exit-code.js';
import { list } from '../../input.js';
import type { Columns } from '../../output/printer.js';
import { UsageError } from '../../usage-error.js';
import { printList, withListOptions, type ListOptions } from '../print-list.js';
import { createPlan } from './create.js';
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

/** Adds `provctl plan` to the program. */
export function planCommands(program: Command, actions: Actions): void {
  const plan = program
    .command('plan')
    .description('plan changes, approve them and execute what was approved');
  plan
    .command('create')
    .description('plan a batch file, a workflow, a rollback or a restore without changing anything')
    .option('-f, --file <file>', 'batch file (YAML or JSON, - for standard input)')
    .addOption(new Option('--workflow <kind>', 'workflow of this kind of resources').choices(WORKFLOW_KINDS))
    .option('--name <name>', 'of a workflow: name of the task service, or type of the cluster')
    .option('--infra <infra>', 'of a workflow: infra, a folder of the workspace')
    .option('--settings <file>', 'of a workflow: settings file in that folder')
    .option('--delete', 'of a workflow: delete instead of create')
    .option('--rollback', 'rollback, with --to or --operations')
    .option('--to <checkpoint>', 'of a rollback: undo all changes after this checkpoint')
    .option('--operations <ids>', 'of a rollback: undo these operations, separated by commas', list)
    .option('--restore <checkpoint>', 'restore of this checkpoint')
    .option(
      '--confirm <confirmation>',
      'of a restore: destroy the resources that the platform did not create; provctl restore --check prints the value',
    )
    .option('-w, --wait', 'wait until it is planned and show it; exit code 9 if it needs approval')
    .action(actions.of(createPlan));
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
    .description('plan again now and show what has changed; exit code 8 if anything has')
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
        const { status, batch_id: batch, task_id: task, rollback_id: rollback } = executed;
        const work = batch ? `batch ${batch}` : task ? `task ${task}` : `rollback ${rollback}`;
        context.printer.outcome(status, `Plan ${id} runs as ${work}.`, executed);
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

const WORKFLOW_KINDS = ['servers', 'taskserv', 'cluster'];
const PAST = { approve: 'approved', reject: 'rejected' } as const;

const columns: Columns<StoredPlanSummary> = {
  status: ({ status }) => status,
  id: ({ id }) => id,
  kind: ({ kind }) => kind,
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

async function diff({ client, printer }: Context, id: string): Promise<ExitCode> {
  const difference = await client.orchestrator.diffPlan({ params: { id } });
  if (printer.format !== 'table') printer.data(difference);
  else if (difference.equal)
    printer.outcome('Valid', 'Nothing has changed: a new plan would have the same digest.');
  else showMoved(printer, difference.moved);
  return difference.equal ? EXIT.done : EXIT.conflict;
}

/**
 * Executes a plan and returns what it runs as. Undefined, with a note, while the plan needs approval.
 * @param kind refuses a plan of another kind
 * @throws ProvisioningError `plan_moved`, `plan_not_open`, `digest_mismatch`
 */
export async function executePlan(
  context: Context,
  id: string,
  expected?: string,
  kind?: StoredPlan['kind'],
) {
  const { client, printer } = context;
  const plan = await client.orchestrator.getPlan({ params: { id } });
  if (kind !== undefined && plan.kind !== kind)
    throw new UsageError(`Plan ${id} is of a ${plan.kind}. Execute it with provctl plan execute ${id}.`);
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
