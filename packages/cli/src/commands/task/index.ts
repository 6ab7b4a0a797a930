import type { Task } from '@provisioning/contracts';
import { TASK_STATUSES } from '@provisioning/contracts/statuses';
import { Option, type Command } from 'commander';
import type { Actions, Context } from '../../context.js';
import { printList, withListOptions, type ListOptions } from '../print-list.js';
import { taskColumns } from './columns.js';
import { printLogs } from './logs.js';
import { whyOf } from './why.js';

interface TaskListOptions extends ListOptions {
  status?: Task['status'];
  infra?: string;
  createdBy?: string;
  search?: string;
}

/** Adds `provctl task` to the program. */
export function taskCommands(program: Command, actions: Actions): void {
  const task = program.command('task').description('show, cancel and retry tasks');
  withListOptions(task.command('list').description('list tasks, newest first'))
    .addOption(new Option('--status <status>', 'only tasks with this status').choices(TASK_STATUSES))
    .option('--infra <infra>', 'only tasks of this infra')
    .option('--created-by <name>', 'only tasks of this user')
    .option('--search <text>', 'only tasks whose name, operation or id contains this text')
    .action(
      actions.of(async (context, { status, infra, createdBy, search, ...options }: TaskListOptions) => {
        const query = {
          output: false,
          ...(status ? { status } : {}),
          ...(infra ? { infra } : {}),
          ...(createdBy ? { created_by: createdBy } : {}),
          ...(search ? { q: search } : {}),
        };
        await printList(context, context.client.orchestrator.listTasks, { query }, options, taskColumns);
      }),
    );
  task
    .command('show <id>')
    .description('show a task')
    .action(
      actions.of(async ({ client, printer }, id: string) => {
        const found = await client.orchestrator.getTask({ params: { id } });
        printer.record(found);
      }),
    );
  task
    .command('logs <id>')
    .description('print the output of a task')
    .option('-f, --follow', 'follow the output until the task has ended; the exit code is its outcome')
    .action(
      actions.of((context: Context, id: string, { follow }: { follow?: boolean }) =>
        printLogs(context, id, follow === true),
      ),
    );
  task
    .command('cancel <id>')
    .description('cancel a task')
    .action(
      actions.of(async ({ client, printer }, id: string) => {
        await client.orchestrator.cancelTask({ params: { id } });
        printer.done(`Requested cancellation of task ${id}.`, { task_id: id });
      }),
    );
  task
    .command('retry <id>')
    .description('retry a failed or cancelled task as a new task')
    .action(
      actions.of(async ({ client, printer }, id: string) => {
        const task_id = await client.orchestrator.retryTask({ params: { id } });
        printer.outcome('Done', `Submitted task ${task_id}.`, { task_id });
      }),
    );
  task
    .command('why <id>')
    .description('show why a task is waiting, running or failed')
    .action(
      actions.of(async ({ client, printer }, id: string) => {
        const found = await client.orchestrator.getTask({ params: { id } });
        const why = whyOf(found);
        printer.outcome(found.status, why, {
          id,
          status: found.status,
          why,
          waiting_for: found.waiting_for ?? null,
        });
      }),
    );
}
