import type { Command } from 'commander';
import type { Actions } from '../../context.js';
import { list, time } from '../../input.js';
import { printList, withListOptions, type ListOptions } from '../print-list.js';

interface CreateOptions {
  roles: string[];
  expires: string;
}

export function tokenCommands(program: Command, actions: Actions): void {
  const token = program.command('token').description('API tokens for programs');
  token
    .command('create <name>')
    .description('create an API token; it is shown this once')
    .requiredOption('--roles <roles>', 'among your own (a,b)', list)
    .requiredOption('--expires <when>', 'a moment, or 90d', (value) => time(value))
    .action(
      actions.of(async ({ client, printer }, name: string, { roles, expires }: CreateOptions) => {
        const created = await client.controlCenter.createToken({
          body: { name, roles, expires_at: expires },
        });
        const sentence = `Created token ${created.id}, good until ${created.expires_at}. Shown this once: ${created.token}`;
        printer.outcome('Done', sentence, created);
      }),
    );
  withListOptions(token.command('list').description('list your API tokens, the newest first')).action(
    actions.of(async (context, options: ListOptions) =>
      printList(context, context.client.controlCenter.listTokens, {}, options, {
        status: ({ expires_at }) => (Date.parse(expires_at) > Date.now() ? 'good' : 'expired'),
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
    .description('make a token good no more')
    .action(
      actions.of(async ({ client, printer }, id: string) => {
        printer.outcome('Done', await client.controlCenter.deleteToken({ params: { id } }));
      }),
    );
}
