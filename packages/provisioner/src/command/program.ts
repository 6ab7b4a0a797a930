import { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { withActOptions, withCommonOptions, type ActOptions, type CommonOptions } from './options.js';
import { createServers } from './servers-create.js';
import { deleteServers } from './servers-delete.js';
import { listServers } from './servers-list.js';
import type { Session } from './session.js';

/** Runs one verb, with what it works with made from its options. */
export type RunVerb = <O extends CommonOptions>(
  verb: string,
  options: O,
  act: (options: O, session: Session) => Promise<void>,
) => Promise<void>;

const EXIT_STATUS = `
Exit status: 0 done, 1 the work failed, 2 wrong usage, 3 settings missing or wrong,
130 or 143 stopped by INT or TERM: what was begun is finished, the rest is not done.`;

/** The command line: what there is to type, and what it calls. */
export function buildProgram(run: RunVerb): Command {
  const program = new Command('provisioning')
    .description('Creates, changes and deletes servers so that they are as a settings file says.')
    .version(version(), '--version', 'print the version')
    .helpOption('--help', 'print this help')
    .helpCommand(false)
    .addHelpText('after', EXIT_STATUS)
    .configureOutput({ outputError: () => {} })
    .exitOverride();
  const servers = program.command('servers').description('servers of an infrastructure').helpCommand(false);
  const verb = (name: string, description: string) =>
    servers.command(name).description(description).addHelpText('after', EXIT_STATUS);

  withActOptions(
    verb('create', 'make the servers as the settings say; those not in the settings are left alone'),
  ).action((options: ActOptions) => run('servers create', options, createServers));
  withActOptions(verb('delete', 'delete the servers that the settings name, and no others')).action(
    (options: ActOptions) => run('servers delete', options, deleteServers),
  );
  withCommonOptions(verb('list', 'list the servers there are')).action((options: CommonOptions) =>
    run('servers list', options, listServers),
  );
  return program;
}

function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
