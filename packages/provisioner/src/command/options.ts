import { Option, type Command } from 'commander';

/** What every verb takes. */
export interface CommonOptions {
  infra: string;
  workspace: string;
  dataDir: string;
  output: 'text' | 'json';
}

/** What the verbs that act take besides. */
export interface ActOptions extends CommonOptions {
  settings: string;
  check: boolean;
  wait: boolean;
}

export const DEFAULT_WORKSPACE = 'workspace';
export const DEFAULT_DATA_DIR = '.data';

export function withCommonOptions(command: Command): Command {
  return command
    .requiredOption('--infra <name>', 'infra: name of a folder in the workspace')
    .addOption(
      new Option('--workspace <folder>', 'folder that contains a folder for each infra')
        .env('PROVISIONING_WORKSPACE')
        .default(DEFAULT_WORKSPACE),
    )
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

export function withActOptions(command: Command): Command {
  return withCommonOptions(command)
    .requiredOption(
      '--settings <file>',
      'settings file, relative to the folder of the infra (.ncl .json .yaml .yml .toml)',
    )
    .option('--check', 'print the plan without changing anything', false)
    .option('--wait', 'wait until the servers are running', false);
}
