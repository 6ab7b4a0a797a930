import type { Command } from 'commander';
import type { Actions } from '../../context.js';
import { holderOf } from '../lock-holder.js';
import { printList, withListOptions, type ListOptions } from '../print-list.js';

/** Adds `provctl infra`, `lock` and `worker` to the program. */
export function platformCommands(program: Command, actions: Actions): void {
  const infra = program.command('infra').description('list and show infras');
  withListOptions(infra.command('list').description('list infras')).action(
    actions.of(async (context, options: ListOptions) =>
      printList(context, context.client.orchestrator.listInfras, {}, options, {
        name: ({ name }) => name,
        settings: ({ settings_count }) => settings_count,
        servers: ({ servers }) => servers,
        'task services': ({ taskservs }) => taskservs,
        clusters: ({ clusters }) => clusters,
        'locked by': ({ lock }) => lock && holderOf(lock),
      }),
    ),
  );
  infra
    .command('show <infra>')
    .description('show the settings files of an infra and its lock')
    .action(
      actions.of(async ({ client, printer }, name: string) =>
        printer.record(await client.orchestrator.getInfra({ params: { infra: name } })),
      ),
    );
  const lock = program.command('lock').description('list the locks of infras');
  withListOptions(lock.command('list').description('list locks, their holders and queues')).action(
    actions.of(async (context, options: ListOptions) =>
      printList(context, context.client.orchestrator.listLocks, {}, options, {
        infra: ({ infra: name }) => name,
        'locked by': holderOf,
        since: ({ holder }) => holder.since,
        waiting: ({ waiting }) => waiting,
      }),
    ),
  );
  const worker = program.command('worker').description('list and drain workers');
  worker
    .command('list')
    .description('list workers')
    .action(
      actions.of(async ({ client, printer }) => {
        const workers = await client.orchestrator.listWorkers();
        printer.rows(workers, {
          state: ({ state, draining_since: draining }) => (draining === null ? state : `${state}, draining`),
          id: ({ id }) => id,
          host: ({ host }) => host,
          slot: ({ slot }) => slot,
          running: ({ running }) => running,
          'lease left': ({ lease_left }) => `${Math.round(lease_left)} s`,
          started: ({ started_at }) => started_at,
          fault: ({ fault }) => fault,
        });
      }),
    );
  worker
    .command('drain <id>')
    .description('have a worker claim nothing more; its running tasks continue')
    .action(
      actions.of(async ({ client, printer }, id: string) => {
        const { running } = await client.orchestrator.drainWorker({ params: { id } });
        printer.done(`Worker ${id} claims nothing more. Running tasks: ${running}.`, { id });
      }),
    );
}
