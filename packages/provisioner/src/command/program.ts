import { Command } from 'commander';
import { readFileSync } from 'node:fs';
import {
  withActOptions,
  withCommonOptions,
  withSettingsOptions,
  type ActOptions,
  type CommonOptions,
  type SettingsOptions,
  type ShowOptions,
} from './options.js';
import { listServers } from './servers-list.js';
import { checkName } from '../settings/index.js';
import type { Session, SettingsSession } from './session.js';
import { checkSettingsFile, showSettings } from './settings-verbs.js';
import { runWorkflow } from './workflow-verb.js';

/** Runs a verb with a session that is created from its options. */
export type RunVerb = <O extends CommonOptions>(
  verb: string,
  options: O,
  act: (options: O, session: Session) => Promise<void>,
) => Promise<void>;

/** Runs a verb that evaluates settings: no driver is opened for it. */
export type RunSettingsVerb = <O extends SettingsOptions>(
  verb: string,
  options: O,
  act: (options: O, session: SettingsSession) => Promise<void>,
) => Promise<void>;

const EXIT_STATUS = `
Exit status: 0 done, 1 the work failed, 2 wrong usage, 3 settings missing or wrong,
130 or 143 stopped by INT or TERM: what was begun is finished, the rest is not done.
Output that can't be written is a failure (1), though the work is finished; a reader that closes it is none.`;

/** The command line: its commands, arguments and options. */
export function buildProgram(run: RunVerb, runSettings: RunSettingsVerb): Command {
  const program = new Command('provisioning')
    .description(
      'Create, change and delete servers, task services and clusters according to a settings file.',
    )
    .version(version(), '--version', 'print the version')
    .helpOption('--help', 'print this help')
    .helpCommand(false)
    .addHelpText('after', EXIT_STATUS)
    .configureOutput({ outputError: () => {} })
    .exitOverride();
  addServers(program, run);
  addService(program, run, {
    noun: 'taskserv',
    description: 'create or delete a task service',
    argument: ['<name>', 'name of the task service, such as kubernetes'],
    owner: "task service's",
    create: 'install the task service on its servers in the settings (default: all servers)',
    delete: 'remove the task service from its servers in the settings (default: all servers)',
  });
  addService(program, run, {
    noun: 'cluster',
    description: 'create or delete a cluster',
    argument: ['<type>', 'type of the cluster, such as buildkit'],
    owner: "cluster's",
    create: 'create the cluster on its servers in the settings (default: all servers)',
    delete: 'delete the cluster and keep its servers',
  });
  addSettings(program, runSettings);
  return program;
}

function addSettings(program: Command, run: RunSettingsVerb): void {
  const noun = addNoun(program, 'settings', 'evaluate and check settings files');
  const file = ['<file>', 'settings file: <infra>/<file>, relative to the workspace'] as const;
  withSettingsOptions(addVerb(noun, 'show', 'print the evaluated settings').argument(...file), [
    'json',
    'yaml',
    'toml',
  ]).action((name: string, options: ShowOptions) =>
    // What is printed is the settings themselves, and not the document of the other commands.
    run('settings show', { ...options, output: 'text' }, (all, session) =>
      showSettings(name, { ...all, format: options.output }, session),
    ),
  );
  withSettingsOptions(addVerb(noun, 'check', 'check that the settings are valid').argument(...file), [
    'text',
    'json',
  ]).action((name: string, options: SettingsOptions) =>
    run('settings check', options, (all, session) => checkSettingsFile(name, all, session)),
  );
}

function addServers(program: Command, run: RunVerb): void {
  const servers = addNoun(program, 'servers', 'create, delete and list servers');
  const descriptions = {
    create: 'create and change the servers of the settings; other servers are not changed',
    delete: 'delete the servers of the settings, and no others',
  };
  for (const operation of ['create', 'delete'] as const)
    withActOptions(addVerb(servers, operation, descriptions[operation])).action((options: ActOptions) =>
      run(`servers ${operation}`, options, (all, session) =>
        runWorkflow({ kind: 'servers', operation }, all, session),
      ),
    );
  withCommonOptions(addVerb(servers, 'list', 'list the servers of an infra')).action(
    (options: CommonOptions) => run('servers list', options, listServers),
  );
}

interface Service {
  noun: 'taskserv' | 'cluster';
  description: string;
  argument: readonly [syntax: string, description: string];
  owner: string;
  /** What its verbs do. */
  create: string;
  delete: string;
}

/** A kind of thing that is created and deleted by name. */
function addService(program: Command, run: RunVerb, service: Service): void {
  const noun = addNoun(program, service.noun, service.description);
  for (const operation of ['create', 'delete'] as const) {
    withActOptions(addVerb(noun, operation, service[operation]).argument(...service.argument)).action(
      (name: string, options: ActOptions) =>
        run(`${service.noun} ${operation}`, options, async (all, session) => {
          checkName(service.owner, name);
          await runWorkflow({ kind: service.noun, operation, name }, all, session);
        }),
    );
  }
}

function addNoun(program: Command, noun: string, description: string): Command {
  return program.command(noun).description(description).helpCommand(false);
}

function addVerb(noun: Command, verb: string, description: string): Command {
  return noun.command(verb).description(description).addHelpText('after', EXIT_STATUS);
}

function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  // Safe cast: the manifest of this package has a version.
  return (JSON.parse(manifest) as { version: string }).version;
}
