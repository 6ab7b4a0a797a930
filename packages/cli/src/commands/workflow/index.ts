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

export function workflowCommands(program: Command, actions: Actions): void {
  const workflow = program.command('workflow').description('make or delete servers, task services, clusters');
  workflow
    .command('run')
    .description('submit a workflow')
    .addArgument(new Argument('<kind>', 'what is made').choices(['servers', 'taskserv', 'cluster']))
    .argument('[name]', 'of the task service, or the type of the cluster')
    .requiredOption('--infra <infra>', 'folder of the workspace')
    .requiredOption('--settings <file>', 'file in that folder')
    .option('--check', 'change nothing, show what would be changed')
    .option('--delete', 'delete in place of create')
    .option('--wait', 'wait until it has ended; the exit code tells how')
    .option('-f, --follow', 'print what it prints meanwhile')
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
    printer.outcome('Pending', `Submitted as task ${id}.`, { task_id: id });
    return 0;
  }
  printer.note(`Pending  Submitted as task ${id}.`);
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
    if (name !== undefined) throw new UsageError(`'servers' takes no name; the settings say which.`);
    return client.orchestrator.createServers({ body: { ...body, operation } });
  }
  if (name === undefined) throw new UsageError(`Which ${kind}? provctl workflow run ${kind} <name> …`);
  return kind === 'taskserv'
    ? client.orchestrator.createTaskserv({ body: { ...body, operation, taskserv: name } })
    : client.orchestrator.createCluster({ body: { ...body, operation, cluster_type: name } });
}

const lastLineOf = (output: string | null) => output?.trimEnd().split('\n').at(-1) ?? '';
