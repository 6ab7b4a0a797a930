import type { ResourceKind } from '@provisioning/contracts';
import { RESOURCE_KINDS } from '@provisioning/contracts/statuses';
import { Option, type Command } from 'commander';
import type { Actions } from '../../context.js';
import { printList, withListOptions, type ListOptions } from '../print-list.js';

interface InventoryOptions extends ListOptions {
  infra?: string;
  kind?: ResourceKind;
  provider?: string;
  search?: string;
}

/** Adds `provctl inventory` to the program. */
export function inventoryCommand(program: Command, actions: Actions): void {
  withListOptions(program.command('inventory').description('list servers, task services and clusters'))
    .option('--infra <infra>', 'only resources of this infra')
    .addOption(new Option('--kind <kind>', 'only resources of this kind').choices(RESOURCE_KINDS))
    .option('--provider <provider>', 'only resources of this provider')
    .option('--search <text>', 'only resources whose name contains this text')
    .action(
      actions.of(async (context, { infra, kind, provider, search, ...options }: InventoryOptions) => {
        const query = {
          ...(infra ? { infra } : {}),
          ...(kind ? { kind } : {}),
          ...(provider ? { provider } : {}),
          ...(search ? { q: search } : {}),
        };
        await printList(context, context.client.orchestrator.listInventory, { query }, options, {
          status: () => 'exists',
          kind: (row) => row.kind,
          infra: (row) => row.infra,
          name: ({ name }) => name,
          provider: (row) => row.provider,
          driver: ({ driver }) => driver,
          updated: ({ updated_at }) => updated_at,
        });
      }),
    );
}
