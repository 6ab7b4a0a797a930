import type { Command } from 'commander';
import type { Actions, Context } from '../../context.js';
import { list } from '../../input.js';
import { printList, withListOptions, type ListOptions } from '../print-list.js';

interface CreateOptions {
  description?: string;
  infra?: string[];
}

/** Adds `provctl checkpoint` to the program. */
export function checkpointCommands(program: Command, actions: Actions): void {
  const checkpoint = program
    .command('checkpoint')
    .description('create, show, compare and delete checkpoints');
  checkpoint
    .command('create <name>')
    .description('create a checkpoint of the current state')
    .option('--description <text>', 'description')
    .option('--infra <infras>', 'infras to include, separated by commas (default: all)', list)
    .action(
      actions.of(async ({ client, printer }, name: string, { description, infra }: CreateOptions) => {
        const id = await client.orchestrator.createCheckpoint({
          body: { name, ...(description ? { description } : {}), ...(infra ? { infras: infra } : {}) },
        });
        printer.outcome('Done', `Created checkpoint ${id}.`, { id });
      }),
    );
  withListOptions(checkpoint.command('list').description('list checkpoints, newest first')).action(
    actions.of(async (context, options: ListOptions) =>
      printList(context, context.client.orchestrator.listCheckpoints, {}, options, {
        status: () => 'stored',
        id: ({ id }) => id,
        name: ({ name }) => name,
        created: ({ created_at }) => created_at,
        size: ({ size }) => size,
        infras: ({ infras }) => infras ?? 'all',
      }),
    ),
  );
  checkpoint
    .command('show <id>')
    .description('show a checkpoint')
    .action(
      actions.of(async ({ client, printer }, id: string) =>
        printer.record(await client.orchestrator.getCheckpoint({ params: { id } })),
      ),
    );
  checkpoint
    .command('diff <id>')
    .description('show what has changed since a checkpoint')
    .action(actions.of(diff));
  checkpoint
    .command('delete <id>')
    .description('delete a checkpoint; the infrastructure is not changed')
    .action(
      actions.of(async ({ client, printer }, id: string) => {
        await client.orchestrator.deleteCheckpoint({ params: { id } });
        printer.done(`Deleted checkpoint ${id}.`, { id });
      }),
    );
}

async function diff({ client, printer }: Context, id: string): Promise<void> {
  const difference = await client.orchestrator.diffCheckpoint({ params: { id } });
  if (printer.format !== 'table') return printer.data(difference);
  if (difference.changes.length > 0) {
    printer.rows(difference.changes, {
      change: ({ change }) => change,
      kind: ({ kind }) => kind,
      infra: ({ infra }) => infra,
      name: ({ name }) => name,
    });
  }
  printer.outcome('Done', `${difference.summary}.`);
}
