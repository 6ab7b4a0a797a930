import { TASK_STATUS_WORDS } from './statuses.js';
import type { Task } from '@provisioning/contracts';
import { Option, type Command } from 'commander';
import type { Actions, Context } from '../../context.js';
import { wholeNumber } from '../../input.js';
import { printList, withListOptions, type ListOptions } from '../print-list.js';
import { taskColumns } from './columns.js';
import { printLogs } from './logs.js';
import { whyOf } from './why.js';

interface TaskListOptions extends ListOptions {
  status?: Task['status'];
  offset?: number;
}

export function taskCommands(program: Command, actions: Actions): void {
  const task = program.command('task').description('workflows and operations that run or ran');
  withListOptions(task.command('list').description('list tasks, the newest first'))
    .addOption(new Option('--status <status>', 'only those').choices(TASK_STATUS_WORDS))
    .option('--offset <n>', 'leave out the first', wholeNumber)
    .action(
      actions.of(async (context, { status, offset, ...options }: TaskListOptions) => {
        const query = { ...(status ? { status } : {}), ...(offset ? { offset } : {}) };
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
    .description('print what a task printed')
    .option('-f, --follow', 'go on until it has ended; the exit code tells how')
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
        printer.outcome('Done', await client.orchestrator.cancelTask({ params: { id } }));
      }),
    );
  task
    .command('retry <id>')
    .description('run a task again, as a new one')
    .action(
      actions.of(async ({ client, printer }, id: string) => {
        const task_id = await client.orchestrator.retryTask({ params: { id } });
        printer.outcome('Done', `Submitted as task ${task_id}.`, { task_id });
      }),
    );
  task
    .command('why <id>')
    .description('tell why a task waits, runs or failed')
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
