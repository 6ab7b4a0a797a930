import { ProvisioningClient, ProvisioningError } from '@provisioning/client';
import type { Action } from '@provisioning/contracts';
import type { Command } from 'commander';
import type { Actions, Context } from '../../context.js';
import { EXIT, type ExitCode } from '../../exit-code.js';
import { pair } from '../../input.js';
import { ask, askPassword } from '../../prompt.js';

interface LoginOptions {
  username?: string;
  passwordStdin?: boolean;
  mfaCode?: string;
}

/** Adds `provctl login`, `logout`, `whoami`, `can`, `profiles` and `use` to the program. */
export function authCommands(program: Command, actions: Actions): void {
  program
    .command('login')
    .description('sign in and store the token in a profile')
    .option('-u, --username <name>', 'user name (default: prompt)')
    .option('--password-stdin', 'read the password from standard input')
    .option('--mfa-code <code>', 'MFA code, if MFA is enabled')
    .action(actions.of(login));
  program.command('logout').description('end the session and remove its token').action(actions.of(logout));
  program.command('whoami').description('show the signed-in user').action(actions.of(whoAmI));
  program
    .command('can <action> <resource>')
    .description('show whether you may do something; exit code 0 means allowed')
    .option(
      '--context <name=value>',
      'what is known of the object, such as infra=production; repeatable',
      pair,
    )
    .action(actions.of(can));
  program.command('profiles').description('list profiles').action(actions.of(listProfiles));
  program.command('use <profile>').description('select the current profile').action(actions.of(useProfile));
}

async function login(context: Context, options: LoginOptions): Promise<void> {
  const { terminal, profile, profileName, profiles, printer } = context;
  const username = options.username ?? (await ask(terminal, 'Username'));
  const password = await askPassword(terminal, options.passwordStdin);
  // The stored token must not be sent: it may belong to another user.
  const client = new ProvisioningClient(profile.url, undefined, {
    ...(profile.controlCenterUrl ? { controlCenterUrl: profile.controlCenterUrl } : {}),
  });
  const signIn = (mfaCode?: string) =>
    client.controlCenter.login({
      body: { username, password, ...(mfaCode === undefined ? {} : { mfa_code: mfaCode }) },
    });
  const session = await signIn(options.mfaCode).catch(async (error: unknown) => {
    const isAsked = error instanceof ProvisioningError && error.code === 'mfa_required';
    if (!isAsked || !terminal.stdin.isTTY) throw error;
    return signIn(await ask(terminal, 'MFA code'));
  });
  await profiles.save(profileName, {
    url: profile.url,
    ...(profile.controlCenterUrl ? { controlCenterUrl: profile.controlCenterUrl } : {}),
    username: session.user.username,
    token: session.token,
    expiresAt: session.expires_at,
  });
  printer.outcome('Done', `Signed in as ${session.user.username} until ${session.expires_at}.`, {
    profile: profileName,
    user: session.user,
    expires_at: session.expires_at,
  });
}

async function logout({ client, printer, profiles, profileName, profile }: Context): Promise<void> {
  if (profile.token === undefined) return printer.outcome('Done', 'Not signed in.');
  const { token: _forgotten, expiresAt: _ended, ...rest } = profile;
  // A token that the service rejects is removed as well. One that could not be revoked is kept.
  await client.controlCenter.logout().catch((error: unknown) => {
    if (!(error instanceof ProvisioningError) || error.status !== 401) throw error;
  });
  await profiles.update(profileName, rest);
  printer.outcome('Done', 'Signed out.');
}

async function listProfiles({ profiles, printer }: Context): Promise<void> {
  const { current, profiles: kept } = await profiles.read();
  const rows = Object.entries(kept).map(([name, { token, ...rest }]) => ({
    name,
    current: name === current,
    signed_in: token !== undefined,
    ...rest,
  }));
  printer.rows(rows, {
    name: ({ name }) => name,
    current: (row) => (row.current ? 'yes' : 'no'),
    'signed in': ({ signed_in }) => (signed_in ? 'yes' : 'no'),
    user: ({ username }) => username,
    url: ({ url }) => url,
    'expires at': ({ expiresAt }) => expiresAt,
  });
}

async function useProfile({ profiles, printer }: Context, name: string): Promise<void> {
  const { profiles: kept } = await profiles.read();
  const chosen = kept[name];
  if (chosen === undefined) {
    throw new Error(`Profile "${name}" does not exist. Create it with \`provctl login --profile ${name}\`.`);
  }
  await profiles.save(name, chosen);
  printer.outcome('Done', `Selected profile ${name}.`);
}

async function whoAmI({ client, printer }: Context): Promise<void> {
  printer.record(await client.controlCenter.me());
}

async function can(
  { client, printer }: Context,
  action: string,
  resource: string,
  { context }: { context?: Record<string, unknown> },
): Promise<ExitCode> {
  // Safe cast: the service checks the action and the context, and reports every fault.
  const question = { action: action as Action, resource, ...(context ? { context: context as object } : {}) };
  const [answer] = await client.controlCenter.whatMayI({ body: { questions: [question] } });
  const verdict = answer?.verdict ?? 'deny';
  printer.outcome(verdict, `${action} on ${resource}: ${answer?.reason ?? 'No answer.'}`, answer);
  return verdict === 'allow' ? EXIT.done : EXIT.failed;
}
