import type { ProvisioningClient } from '@provisioning/client';
import type { Command } from 'commander';
import type { Actions, Context } from '../../context.js';
import { list } from '../../input.js';
import { askPassword } from '../../prompt.js';
import { UsageError } from '../../usage-error.js';
import { printList, withListOptions, type ListOptions } from '../print-list.js';

interface UserOptions {
  email?: string;
  roles?: string[];
  passwordStdin?: boolean;
  enable?: boolean;
  disable?: boolean;
}

/** Adds `provctl user` to the program. */
export function userCommands(program: Command, actions: Actions): void {
  const user = program.command('user').description('create, list, update, unlock and delete users');
  withListOptions(user.command('list').description('list users, newest first'))
    .option('--role <role>', 'only users with this role')
    .action(
      actions.of(async (context, { role, ...options }: ListOptions & { role?: string }) =>
        printList(context, context.client.controlCenter.listUsers, { query: role ? { role } : {} }, options, {
          status: ({ enabled }) => (enabled ? 'enabled' : 'disabled'),
          id: ({ id }) => id,
          username: ({ username }) => username,
          email: ({ email }) => email,
          roles: ({ roles }) => roles,
          'last login': ({ last_login }) => last_login,
        }),
      ),
    );
  user
    .command('create <username>')
    .description('create a user')
    .requiredOption('--email <address>', 'e-mail address')
    .requiredOption('--roles <roles>', 'roles, separated by commas', list)
    .option('--password-stdin', 'read the password from standard input')
    .action(actions.of(create));
  user
    .command('update <user>')
    .description('update a user, by id or name')
    .option('--email <address>', 'e-mail address')
    .option('--roles <roles>', 'roles, separated by commas', list)
    .option('--password-stdin', 'read a new password from standard input')
    .option('--enable', 'enable the user')
    .option('--disable', 'disable the user and end their sessions')
    .action(actions.of(update));
  user
    .command('unlock <user>')
    .description('let a user sign in again who was locked out by wrong passwords or codes')
    .action(
      actions.of(async ({ client, printer }, user: string) => {
        const id = await userIdOf(client, user);
        await client.controlCenter.unlockUser({ params: { id } });
        printer.done(`Unlocked the sign-in of user ${user}.`, { id });
      }),
    );
  user
    .command('delete <user>')
    .description('delete a user, by id or name')
    .action(
      actions.of(async ({ client, printer }, user: string) => {
        const id = await userIdOf(client, user);
        await client.controlCenter.deleteUser({ params: { id } });
        printer.done(`Deleted user ${user}.`, { id });
      }),
    );
}

async function create(
  { client, printer, terminal }: Context,
  username: string,
  { email = '', roles = [], passwordStdin }: UserOptions,
): Promise<void> {
  const password = await askPassword(terminal, passwordStdin);
  const created = await client.controlCenter.createUser({ body: { username, email, roles, password } });
  printer.outcome('Done', `Created user ${created.username} (${created.id}).`, created);
}

async function update({ client, printer, terminal }: Context, user: string, options: UserOptions) {
  const { email, roles, enable, disable, passwordStdin } = options;
  if (enable && disable) throw new UsageError('--enable and --disable cannot be combined.');
  const body = {
    ...(email ? { email } : {}),
    ...(roles ? { roles } : {}),
    ...(enable || disable ? { enabled: enable === true } : {}),
    ...(passwordStdin ? { password: await askPassword(terminal, true) } : {}),
  };
  if (Object.keys(body).length === 0)
    throw new UsageError(
      'At least one of --email, --roles, --password-stdin, --enable and --disable is required.',
    );
  const id = await userIdOf(client, user);
  await client.controlCenter.updateUser({ params: { id }, body });
  printer.done(`Updated user ${user}.`, { id });
}

async function userIdOf(client: ProvisioningClient, user: string): Promise<string> {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(user)) return user;
  for await (const { id, username } of client.controlCenter.listUsers.all()) {
    if (username.toLowerCase() === user.toLowerCase()) return id;
  }
  throw new UsageError(`User "${user}" does not exist. List users with \`provctl user list\`.`);
}
