import { accessSync, constants } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { CATALOG, DRIVER_VARIABLES } from '@provisioning/provisioner/catalog';
import { configurationFailure, withFiles } from '@provisioning/runtime';

/** Harmless, and enough to try a `command_batch` with. */
const DEVELOPMENT = 'echo,false,sleep,true';
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/**
 * `hostname,deploy=/opt/tools/deploy.sh`: names, each with the path of its program, or looked up in PATH. Nothing else may be
 * run by a `command_batch`; in production nothing at all until it is configured.
 * @returns paths by name; undefined where PATH is to be searched
 */
export function readBatchCommands(
  text: string | undefined,
  production: boolean,
): Map<string, string | undefined> {
  const items = (text ?? (production ? '' : DEVELOPMENT)).split(',').map((item) => item.trim());
  const commands = new Map<string, string | undefined>();
  for (const item of items.filter(Boolean)) {
    const [name = '', path] = item.split('=', 2);
    if (!NAME.test(name) || (path !== undefined && !isAbsolute(path)))
      throw fault(
        `must be names, or names with absolute paths (hostname,deploy=/opt/tools/deploy.sh), and holds "${item}"`,
      );
    commands.set(name, path);
  }
  return commands;
}

/** @throws for a program that cannot be executed here */
export function resolveBatchCommands(
  commands: ReadonlyMap<string, string | undefined>,
  environment: NodeJS.ProcessEnv,
): Record<string, string> {
  const folders = (environment['PATH'] ?? '/usr/local/bin:/usr/bin:/bin').split(':');
  return Object.fromEntries(
    [...commands].map(([name, path]) => {
      const found = (path === undefined ? folders.map((folder) => join(folder, name)) : [path]).find(
        isProgram,
      );
      if (found === undefined)
        throw fault(
          `allows "${name}", which is no program that can be executed here${path ? `: ${path}` : ''}`,
        );
      return [name, found];
    }),
  );
}

const KNOWN = [...DRIVER_VARIABLES, ...CATALOG.flatMap(({ variables }) => variables)];

/**
 * `RELEASE_TOKEN,SLACK_WEBHOOK`: variables that commands are given, and whose values are masked. Each may be given as a file
 * (NAME_FILE), as those of the drivers.
 */
export function readSecrets(
  names: string | undefined,
  environment: NodeJS.ProcessEnv,
): Record<string, string> {
  const wanted = (names ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  const given = filled(environment, wanted);
  return Object.fromEntries(wanted.flatMap((name) => (given[name] ? [[name, given[name]] as const] : [])));
}

/** The environment with those variables of the drivers that stand in files. */
export function withDriverFiles(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return filled(
    environment,
    KNOWN.map(({ name }) => name),
  );
}

/** Whether this variable's value is a secret of the platform or of a driver; the platform's are named by the caller. */
export function isDriverSecret(name: string): boolean {
  return KNOWN.some((variable) => variable.secret && variable.name === name);
}

function filled(environment: NodeJS.ProcessEnv, names: readonly string[]): NodeJS.ProcessEnv {
  const { environment: result, faults } = withFiles(environment, names);
  if (faults.length > 0) throw configurationFailure(faults);
  return result;
}

/**
 * What configures the drivers: given to the driver host and to the provisioning command. `secrets` are values to be masked.
 * @param environment of {@link withDriverFiles}
 */
export function readDriverVariables(environment: NodeJS.ProcessEnv): {
  variables: Record<string, string>;
  secrets: string[];
} {
  const given = KNOWN.flatMap(({ name, secret }) => {
    const value = environment[name];
    return value ? [{ name, secret, value }] : [];
  });
  return {
    variables: Object.fromEntries(given.map(({ name, value }) => [name, value])),
    secrets: [...new Set(given.filter(({ secret }) => secret).map(({ value }) => value))],
  };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function fault(message: string): Error {
  return configurationFailure([{ path: 'BATCH_COMMANDS', message }]);
}
