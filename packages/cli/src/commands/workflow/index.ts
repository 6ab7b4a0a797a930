import type { ProvisioningClient } from '@provisioning/client';
import { Argument, type Command } from 'commander';
import type { Actions, Context } from '../../context.js';
import { exitCodeOfStatus, type ExitCode } from '../../exit-code.js';
import { UsageError } from '../../usage-error.js';
import { printLogs } from '../task/logs.js';

type Kind = 'servers' | 'taskserv' | 'cluster';
interface RunOptions {
  infra: string;
  settings: string;
  check?: boolean;
  delete?: boolean;
  wait?: boolean;
  follow?: boolean;
}

/** Adds `provctl workflow` to the program. */
export function workflowCommands(program: Command, actions: Actions): void {
  const workflow = program
    .command('workflow')
    .description('create or delete servers, task services and clusters');
  workflow
    .command('run')
    .description('submit a workflow')
    .addArgument(new Argument('<kind>', 'kind of resources').choices(['servers', 'taskserv', 'cluster']))
    .argument('[name]', 'name of the task service, or type of the cluster')
    .requiredOption('--infra <infra>', 'infra: a folder of the workspace')
    .requiredOption('--settings <file>', 'settings file in that folder')
    .option('--check', 'change nothing; show what would be changed')
    .option('--delete', 'delete instead of create')
    .option('--wait', 'wait until the task has ended; the exit code is its outcome')
    .option('-f, --follow', 'print the output of the task until it has ended')
    .action(actions.of(run));
}

async function run(
  context: Context,
  kind: Kind,
  name: string | undefined,
  options: RunOptions,
): Promise<ExitCode> {
  const { client, printer, terminal } = context;
  const id = await submit(client, kind, name, options);
  if (!options.wait && !options.follow) {
    printer.outcome('Pending', `Submitted task ${id}.`, { task_id: id });
    return 0;
  }
  printer.note(`Pending  Submitted task ${id}.`);
  if (options.follow) return printLogs(context, id, true);
  const task = await client.waitForTask(id, { signal: terminal.signal });
  printer.outcome(task.status, task.error ?? task.plan?.summary ?? lastLineOf(task.output), task);
  return exitCodeOfStatus(task.status);
}

function submit(
  client: ProvisioningClient,
  kind: Kind,
  name: string | undefined,
  options: RunOptions,
): Promise<string> {
  const body = {
    infra: options.infra,
    settings: options.settings,
    check_mode: options.check === true,
    wait: true,
  };
  const operation = options.delete ? 'delete' : 'create';
  if (kind === 'servers') {
    if (name !== undefined)
      throw new UsageError(`"servers" does not accept a name: the settings list the servers.`);
    return client.orchestrator.createServers({ body: { ...body, operation } });
  }
  if (name === undefined) throw new UsageError(`A name is required: provctl workflow run ${kind} <name>`);
  return kind === 'taskserv'
    ? client.orchestrator.createTaskserv({ body: { ...body, operation, taskserv: name } })
    : client.orchestrator.createCluster({ body: { ...body, operation, cluster_type: name } });
}

const lastLineOf = (output: string | null) => output?.trimEnd().split('\n').at(-1) ?? '';
