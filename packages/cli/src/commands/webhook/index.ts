import type { WebhookEvent } from '@provisioning/contracts';
import type { Command } from 'commander';
import type { Actions, Context } from '../../context.js';
import { list } from '../../input.js';
import { askPassword } from '../../prompt.js';
import { printList, withListOptions, type ListOptions } from '../print-list.js';

interface CreateOptions {
  events: string[];
  description?: string;
  secretStdin?: boolean;
}

/** Adds `provctl webhook` to the program. */
export function webhookCommands(program: Command, actions: Actions): void {
  const webhook = program.command('webhook').description('create, list, test and delete webhooks');
  withListOptions(webhook.command('list').description('list webhooks, newest first')).action(
    actions.of(async (context, options: ListOptions) =>
      printList(context, context.client.orchestrator.listWebhooks, {}, options, {
        status: ({ enabled }) => (enabled ? 'enabled' : 'disabled'),
        id: ({ id }) => id,
        url: ({ url }) => url,
        events: ({ events }) => events,
        source: ({ source }) => source,
      }),
    ),
  );
  webhook
    .command('create <url>')
    .description('create a webhook and print its secret once')
    .requiredOption('--events <events>', 'events, such as task.completed,task.failed', list)
    .option('--description <text>', 'description')
    .option('--secret-stdin', 'read the secret from standard input (default: generate one)')
    .action(actions.of(create));
  webhook
    .command('delete <id>')
    .description('delete a webhook')
    .action(
      actions.of(async ({ client, printer }, id: string) => {
        await client.orchestrator.deleteWebhook({ params: { id } });
        printer.done(`Deleted webhook ${id}.`, { id });
      }),
    );
  webhook
    .command('test <id>')
    .description('send a ping event to a webhook')
    .action(
      actions.of(async ({ client, printer }, id: string) => {
        const delivery_id = await client.orchestrator.testWebhook({ params: { id } });
        printer.outcome('Done', `Queued delivery ${delivery_id}.`, { delivery_id });
      }),
    );
  withListOptions(
    webhook.command('deliveries <id>').description('list the deliveries of a webhook, newest first'),
  ).action(
    actions.of(async (context, id: string, options: ListOptions) =>
      printList(context, context.client.orchestrator.listWebhookDeliveries, { params: { id } }, options, {
        status: ({ state }) => state,
        id: (delivery) => delivery.id,
        event: ({ event }) => event,
        attempts: ({ attempts }) => attempts,
        response: ({ response_status }) => response_status,
        'next attempt': ({ next_attempt_at }) => next_attempt_at,
        error: ({ error }) => error,
      }),
    ),
  );
}

async function create({ client, printer, terminal }: Context, url: string, options: CreateOptions) {
  const { events, description, secretStdin } = options;
  const created = await client.orchestrator.createWebhook({
    body: {
      url,
      // Safe cast: the service checks the events and reports every fault.
      events: events as WebhookEvent[],
      ...(description ? { description } : {}),
      ...(secretStdin ? { secret: await askPassword(terminal, true) } : {}),
    },
  });
  printer.outcome(
    'Done',
    `Created webhook ${created.id}. Its secret is shown only once: ${created.secret}`,
    created,
  );
}
