import type { Command } from 'commander';
import type { Actions } from '../../context.js';
import { list, time } from '../../input.js';
import { printList, withListOptions, type ListOptions } from '../print-list.js';

interface CreateOptions {
  roles: string[];
  expires: string;
}

/** Adds `provctl token` to the program. */
export function tokenCommands(program: Command, actions: Actions): void {
  const token = program.command('token').description('create, list and revoke API tokens');
  token
    .command('create <name>')
    .description('create an API token and print it once')
    .requiredOption('--roles <roles>', 'roles, among your own, separated by commas', list)
    .requiredOption('--expires <time>', 'expiry: a date (UTC), a time (RFC 3339) or 90d', (value) =>
      time(value),
    )
    .action(
      actions.of(async ({ client, printer }, name: string, { roles, expires }: CreateOptions) => {
        const created = await client.controlCenter.createToken({
          body: { name, roles, expires_at: expires },
        });
        const sentence = `Created token ${created.id}, valid until ${created.expires_at}. It is shown only once: ${created.token}`;
        printer.outcome('Done', sentence, created);
      }),
    );
  withListOptions(token.command('list').description('list your API tokens, newest first')).action(
    actions.of(async (context, options: ListOptions) =>
      printList(context, context.client.controlCenter.listTokens, {}, options, {
        status: ({ expires_at }) => (Date.parse(expires_at) > Date.now() ? 'valid' : 'expired'),
        id: ({ id }) => id,
        name: ({ name }) => name,
        roles: ({ roles }) => roles,
        expires: ({ expires_at }) => expires_at,
        'last used': ({ last_used_at }) => last_used_at,
      }),
    ),
  );
  token
    .command('revoke <id>')
    .description('revoke an API token')
    .action(
      actions.of(async ({ client, printer }, id: string) => {
        await client.controlCenter.deleteToken({ params: { id } });
        printer.done(`Revoked token ${id}.`, { id });
      }),
    );
}
