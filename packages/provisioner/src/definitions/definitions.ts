import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DriverError } from '../drivers/driver.js';
import { isName } from '../names.js';
import { DefinitionError } from './definition-error.js';
import {
  PHASES,
  type ClusterDefinition,
  type CommonDefinition,
  type Download,
  type Scripts,
  type TaskservDefinition,
} from './definition.js';
import { inOrder } from './in-order.js';
import { parseCluster, parseTaskserv } from './parse-definition.js';
import type { ClusterFile, TaskservFile } from './schema.js';

const FOLDERS = { taskserv: 'taskservs', cluster: 'clusters' } as const;
const NOUNS = { taskserv: 'task service', cluster: 'cluster' } as const;
type DefinedKind = keyof typeof FOLDERS;

/** What can be installed. Read anew for each use: an edit counts from the next operation on. */
export class Definitions {
  /** @param folder has `taskservs/<name>/` and `clusters/<type>/` */
  constructor(private readonly folder: string) {}

  /** @throws DriverError if there is none of that name, or if it cannot be used */
  async taskserv(name: string): Promise<TaskservDefinition> {
    const { text, shown } = await this.#read('taskserv', name);
    const file = parseTaskserv(text, shown, name);
    return {
      ...common(file),
      order: file.order,
      requires: file.requires ?? [],
      scripts: await this.#scripts('taskserv', name),
    };
  }

  /** @throws DriverError if there is none of that type, or if it cannot be used */
  async cluster(type: string): Promise<ClusterDefinition> {
    const { text, shown } = await this.#read('cluster', type);
    const file = parseCluster(text, shown, type);
    const steps = file.steps.map(async ({ name, on }) => ({
      name,
      on: on ?? 'all',
      scripts: await this.#scripts('cluster', join(type, name)),
    }));
    const taskservs = file.taskservs ?? [];
    return {
      ...common(file),
      taskservs: taskservs.map(({ name, on, version }) => ({
        name,
        on: on ?? 'all',
        version: version ?? null,
      })),
      steps: await Promise.all(steps),
    };
  }

  /** Those task services and all that they require, in the order in which they are installed. @throws DriverError */
  inOrder(names: readonly string[]): Promise<TaskservDefinition[]> {
    return inOrder(names, (name) => this.taskserv(name));
  }

  /** @returns the names of all there are */
  async names(kind: DefinedKind): Promise<string[]> {
    try {
      const entries = await readdir(join(this.folder, FOLDERS[kind]), { withFileTypes: true });
      return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  /** Reads all there is. @throws DriverError that tells what cannot be used */
  async check(): Promise<void> {
    await this.inOrder(await this.names('taskserv'));
    for (const type of await this.names('cluster')) {
      const { taskservs } = await this.cluster(type);
      await this.inOrder(taskservs.map(({ name }) => name));
    }
  }

  async #read(kind: DefinedKind, name: string): Promise<{ text: string; shown: string }> {
    const shown = `definitions/${FOLDERS[kind]}/${name}/definition.toml`;
    const text = isName(name) ? await this.#text(kind, join(name, 'definition.toml')) : undefined;
    if (text !== undefined) return { text, shown };
    const known = await this.names(kind);
    throw new DriverError(
      `There is no ${NOUNS[kind]} ${JSON.stringify(name)}: ` +
        (known.length > 0 ? `there are ${known.join(', ')}. ` : `${this.folder} defines none. `) +
        `Another one is defined by a folder of that name in definitions/${FOLDERS[kind]}.`,
      { permanent: true },
    );
  }

  async #scripts(kind: DefinedKind, folder: string): Promise<Scripts> {
    const texts = await Promise.all(PHASES.map((phase) => this.#text(kind, join(folder, phase))));
    const faults = PHASES.flatMap((phase, index) => {
      if (texts[index]?.trim()) return [];
      const what = texts[index] === undefined ? 'There is no such file' : 'The file is empty';
      const message = `${what}: write a bash script that ${PURPOSES[phase]}.`;
      return [{ file: `definitions/${FOLDERS[kind]}/${folder}/${phase}`, path: '', message }];
    });
    if (faults.length > 0) throw new DefinitionError(faults);
    const [check = '', install = '', remove = ''] = texts;
    return { check, install, remove };
  }

  /** @returns undefined where there is none */
  async #text(kind: DefinedKind, path: string): Promise<string | undefined> {
    try {
      return await readFile(join(this.folder, FOLDERS[kind], path), 'utf8');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      throw new DriverError(
        `definitions/${FOLDERS[kind]}/${path} cannot be read (${code ?? String(error)}).`,
        {
          permanent: true,
          cause: error,
        },
      );
    }
  }
}

const PURPOSES = {
  check: 'succeeds where it is installed in that version, and reports which one is',
  install: 'installs it, however far an earlier attempt came',
  remove: 'removes it, however far an earlier attempt came',
} as const;

function common(file: TaskservFile | ClusterFile): CommonDefinition {
  return {
    name: file.name,
    description: file.description,
    defaultVersion: file.default_version ?? null,
    downloads: new Map(
      Object.keys(file.versions ?? {}).map((version) => [version, downloads(file, version)]),
    ),
    parameters: new Map(Object.entries(file.parameters ?? {})),
    timeouts: { check: 60, install: 1800, remove: 600, ...file.timeouts },
  };
}

function downloads(
  { versions, downloads: named = {} }: TaskservFile | ClusterFile,
  version: string,
): Download[] {
  const { with: along = {}, sha256 = {} } = versions?.[version] ?? {};
  return Object.entries(sha256).flatMap(([name, sums]) =>
    Object.entries(sums).map(([architecture, sum]) => {
      const words: Record<string, string> = { ...along, version, arch: architecture };
      const { base = '', path = '' } = named[name] ?? {};
      const url = `${base.replace(/\/$/, '')}/${path}`.replace(
        /\{([a-z0-9_]+)\}/g,
        (_, word: string) => words[word] ?? '',
      );
      return { name, architecture, sha256: sum, url };
    }),
  );
}
