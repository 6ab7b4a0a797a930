import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { CATALOG, DRIVER_VARIABLES } from '@provisioning/provisioner/catalog';
import { RENAMED_VARIABLES } from '../packages/runtime/src/renamed-variables.js';

const REPOSITORY = join(import.meta.dirname, '..');

/** Variables of the system, those that a worker sets for its children, and those that only tests may set. */
const NOT_CONFIGURATION = [
  'PATH',
  ...[
    'PROVISIONING_EVENTS',
    'PROVISIONING_APPROVED',
    'PROVISIONING_INTENTS',
    'PROVISIONING_IDEMPOTENCY_KEY',
    'PROVISIONING_RECONCILE',
    'PROVISIONING_FRESH',
  ],
  'DRIVER_HOST_SOCKET',
  ...['PROVISIONING_TEST_DRIVER', 'PROVISIONING_CRASH_AT'],
  // Variables of provctl, on the machine of its user: docs/how-to/use-provctl.md.
  ...['PROVISIONING_URL', 'PROVISIONING_CONTROL_CENTER_URL', 'PROVISIONING_TOKEN', 'PROVISIONING_PROFILE'],
  ...['XDG_CONFIG_HOME', 'NO_COLOR', 'FORCE_COLOR'],
  // Set for a moment, for a library that reads it.
  'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED',
];
/** Without a use in containers: each is one process with its own address, and a file would have to be mounted. */
const NOT_IN_CONTAINERS = ['WORKERS', 'WORKER_SLOT', 'PROVISIONING_CONFIG', 'PROVISIONING_NICKEL'];

const example = read('.env.example');
const compose = read('docker-compose.yml');
const images = read('deploy/Dockerfile');
const sources = sourcesThatReadVariables();

/** The variables in .env.example, with their values. */
const documented = new Map(
  [...example.matchAll(/^#?([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
);
const names = [...documented.keys()];
/** The variables that processes read. */
const readByProcesses = [
  ...namesIn(sources, /^\s+([A-Z][A-Z0-9_]+): ?\w+\(|(?:env|environment|variables)\['([A-Z_]+)'\]/gm),
  ...Object.values(RENAMED_VARIABLES),
  ...[...DRIVER_VARIABLES, ...CATALOG.flatMap(({ variables }) => variables)].map(({ name }) => name),
];
/** The variables that compose takes from its caller. */
const takenByCompose = namesIn(compose, /\$\{([A-Z0-9_]+):-/g);

describe('.env.example', () => {
  it('documents every variable that a process reads', () => {
    expect(without(readByProcesses, names)).toEqual([]);
  });

  it('documents every variable that docker-compose.yml takes', () => {
    expect(without(takenByCompose, names)).toEqual([]);
  });

  it('documents nothing else', () => {
    const givenToServices = namesIn(sources, /^\s+([A-Z_]+): httpUrl\(/gm);
    expect(without(names, [...readByProcesses, ...takenByCompose, ...givenToServices])).toEqual([]);
  });

  it('shows the defaults of the sources', () => {
    const inSources = defaults();
    expect(inSources.length).toBeGreaterThan(0);
    expect(inSources.map(([name]) => [name, documented.get(name)])).toEqual(inSources);
  });
});

describe('docker-compose.yml', () => {
  it('passes every variable to a container, or sets it', () => {
    const reaching = namesIn(`${compose}\n${images}`, /^\s+([A-Z0-9_]+): |\b([A-Z0-9_]+)=/gm);
    expect(without(readByProcesses, [...reaching, ...NOT_IN_CONTAINERS])).toEqual([]);
  });
});

/** Every config.ts, the variables common to all, and the scripts that start the processes. */
function sourcesThatReadVariables(): string {
  const folders = ['packages', 'services'].flatMap((group) =>
    readdirSync(join(REPOSITORY, group))
      .map((name) => join(group, name, 'src'))
      .filter((folder) => existsSync(join(REPOSITORY, folder))),
  );
  const files = folders.flatMap((folder) =>
    readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
      join(folder, file),
    ),
  );
  return files
    .filter((file) => /\/(config|[a-z-]+-config|common-variables|environment|platform)\.ts$/.test(file))
    .map(read)
    .join('\n');
}

/** Defaults that are plain texts or numbers in the sources. */
function defaults(): [name: string, value: string][] {
  return [...sources.matchAll(/^\s+([A-Z][A-Z0-9_]+): .*\bdefault: (?:(\d+)|'([^']*)') \}\)/gm)].map(
    ([, name = '', number, text]) => [name, number ?? text ?? ''],
  );
}

function namesIn(text: string, pattern: RegExp): string[] {
  const names = [...text.matchAll(pattern)]
    .flatMap((match) => match.slice(1))
    .filter((name) => name !== undefined);
  return [...new Set(names)].filter((name) => !NOT_CONFIGURATION.includes(name));
}

function without(list: readonly string[], others: readonly string[]): string[] {
  return list.filter((name) => !others.includes(name));
}

function read(path: string): string {
  return readFileSync(join(REPOSITORY, path), 'utf8');
}
