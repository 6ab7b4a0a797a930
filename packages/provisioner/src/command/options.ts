import { Option, type Command } from 'commander';
import type { SettingsFormat } from './write-settings.js';

/** The options of every verb. */
export interface CommonOptions {
  infra: string;
  workspace: string;
  dataDir: string;
  output: 'text' | 'json';
}

/** The additional options of the verbs that change something. */
export interface ActOptions extends CommonOptions {
  settings: string;
  check: boolean;
  wait: boolean;
}

/** The default of `--workspace`, relative to the working directory. */
export const DEFAULT_WORKSPACE = 'workspace';
/** The default of `--data-dir`, relative to the working directory. */
export const DEFAULT_DATA_DIR = '.data';

function workspaceOption(): Option {
  return new Option('--workspace <folder>', 'folder that contains a folder for each infra')
    .env('PROVISIONING_WORKSPACE')
    .default(DEFAULT_WORKSPACE);
}

/** Adds the options of {@link CommonOptions}. */
export function withCommonOptions(command: Command): Command {
  return command
    .requiredOption('--infra <name>', 'infra: name of a folder in the workspace')
    .addOption(workspaceOption())
    .addOption(
      new Option('--data-dir <folder>', 'folder for the records of the local driver')
        .env('PROVISIONING_DATA_DIR')
        .default(DEFAULT_DATA_DIR),
    )
    .addOption(
      new Option('--output <format>', 'output format: lines during the run, or one JSON document at the end')
        .choices(['text', 'json'])
        .default('text'),
    );
}

/** Adds the options of {@link ActOptions}. */
export function withActOptions(command: Command): Command {
  return withCommonOptions(command)
    .requiredOption(
      '--settings <file>',
      'settings file, relative to the folder of the infra (.ncl .json .yaml .yml .toml)',
    )
    .option('--check', 'print the plan without changing anything', false)
    .option('--wait', 'wait until the servers are running', false);
}

/** The options of the verbs that evaluate a settings file. */
export interface SettingsOptions {
  infra: string;
  workspace: string;
  output: 'text' | 'json';
}

/** Those of `settings show`, whose output is the settings themselves. */
export interface ShowOptions extends Omit<SettingsOptions, 'output'> {
  output: SettingsFormat;
}

/** Adds the options of {@link SettingsOptions}; the first format is the default. */
export function withSettingsOptions(command: Command, formats: readonly string[]): Command {
  return command
    .option(
      '--infra <name>',
      'infra whose folder contains the file (default: the first part of its path)',
      '',
    )
    .addOption(workspaceOption())
    .addOption(new Option('--output <format>', 'output format').choices(formats).default(formats[0]));
}
