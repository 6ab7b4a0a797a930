import type { ResourceKind } from '@provisioning/contracts';
import { RESOURCE_KINDS } from '@provisioning/contracts/statuses';
import { Option, type Command } from 'commander';
import type { Actions } from '../../context.js';

interface InventoryOptions {
  infra?: string;
  kind?: ResourceKind;
  provider?: string;
}

/** Adds `provctl inventory` to the program. */
export function inventoryCommand(program: Command, actions: Actions): void {
  program
    .command('inventory')
    .description('list servers, task services and clusters')
    .option('--infra <infra>', 'only resources of this infra')
    .addOption(new Option('--kind <kind>', 'only resources of this kind').choices(RESOURCE_KINDS))
    .option('--provider <provider>', 'only resources of this provider')
    .action(
      actions.of(async ({ client, printer }, { infra, kind, provider }: InventoryOptions) => {
        const filters = {
          ...(infra ? { infra } : {}),
          ...(kind ? { kind } : {}),
          ...(provider ? { provider } : {}),
        };
        const rows = [];
        for await (const row of client.orchestrator.listInventory.all({ query: filters })) rows.push(row);
        printer.rows(rows, {
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
