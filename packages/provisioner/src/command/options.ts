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
    .requiredOption('--infra <name>', 'the infrastructure: the name of a folder in the workspace')
    .addOption(
      new Option('--workspace <folder>', 'the folder that holds a folder for each infra')
        .env('PROVISIONING_WORKSPACE')
        .default(DEFAULT_WORKSPACE),
    )
    .addOption(
      new Option('--data-dir <folder>', 'where the local driver keeps its records')
        .env('PROVISIONING_DATA_DIR')
        .default(DEFAULT_DATA_DIR),
    )
    .addOption(
      new Option('--output <format>', 'lines as it goes, or one JSON document at the end')
        .choices(['text', 'json'])
        .default('text'),
    );
}

export function withActOptions(command: Command): Command {
  return withCommonOptions(command)
    .requiredOption(
      '--settings <file>',
      "the settings, relative to the infra's folder (.ncl .json .yaml .yml .toml)",
    )
    .option('--check', 'print the plan and change nothing', false)
    .option('--wait', 'wait until the servers are running', false);
}
