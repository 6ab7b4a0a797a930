import { codeOf } from '@provisioning/errors';
import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeUtf8 } from '@provisioning/input';
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
import { DEFINED, KnownDefinitions, type DefinedKind } from './known-definitions.js';
import { parseCluster, parseTaskserv } from './parse-definition.js';
import type { ClusterFile, TaskservFile } from './schema.js';

/** The definitions in the workspace. They are read again for each use: an edit applies from the next operation on. */
export class Definitions {
  /** @param folder has `taskservs/<name>/` and `clusters/<type>/` */
  constructor(private readonly folder: string) {}

  /** @throws DriverError if it does not exist or is not valid */
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

  /** @throws DriverError if it does not exist or is not valid */
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

  /** Those task services and all that they require, in the order of installation. @throws DriverError */
  inOrder(names: readonly string[]): Promise<TaskservDefinition[]> {
    return inOrder(names, (name) => this.taskserv(name));
  }

  /** @returns all names: those of the folders that have a `definition.toml` */
  async names(kind: DefinedKind): Promise<string[]> {
    const folder = join(this.folder, DEFINED[kind].folder);
    const names = await readdir(folder).catch(emptyWhereAbsent);
    const defined = await Promise.all(
      names
        .filter(isName)
        .map((name) => access(join(folder, name, 'definition.toml')).then(() => [name], emptyWhereAbsent)),
    );
    return defined.flat().sort();
  }

  /** The names of all kinds, to check the names of a request. */
  async known(): Promise<KnownDefinitions> {
    const [taskserv, cluster] = await Promise.all([this.names('taskserv'), this.names('cluster')]);
    return new KnownDefinitions({ taskserv, cluster });
  }

  /** Reads all definitions. @throws DriverError that lists those that are not valid */
  async check(): Promise<void> {
    await this.inOrder(await this.names('taskserv'));
    for (const type of await this.names('cluster')) {
      const { taskservs } = await this.cluster(type);
      await this.inOrder(taskservs.map(({ name }) => name));
    }
  }

  async #read(kind: DefinedKind, name: string): Promise<{ text: string; shown: string }> {
    const shown = `definitions/${DEFINED[kind].folder}/${name}/definition.toml`;
    const text = isName(name) ? await this.#text(kind, join(name, 'definition.toml')) : undefined;
    if (text !== undefined) return { text, shown };
    const advice = (await this.known()).advice(kind, name);
    throw new DriverError(`The ${DEFINED[kind].noun} ${JSON.stringify(name)} is not defined. ${advice}.`, {
      permanent: true,
    });
  }

  async #scripts(kind: DefinedKind, folder: string): Promise<Scripts> {
    const texts = await Promise.all(PHASES.map((phase) => this.#text(kind, join(folder, phase))));
    const faults = PHASES.flatMap((phase, index) => {
      if (texts[index]?.trim()) return [];
      const what = texts[index] === undefined ? 'The file does not exist' : 'The file is empty';
      const message = `${what}: write a bash script that ${PURPOSES[phase]}.`;
      return [{ file: `definitions/${DEFINED[kind].folder}/${folder}/${phase}`, path: '', message }];
    });
    if (faults.length > 0) throw new DefinitionError(faults);
    const [check = '', install = '', remove = ''] = texts;
    return { check, install, remove };
  }

  /** @returns undefined if the file does not exist */
  async #text(kind: DefinedKind, path: string): Promise<string | undefined> {
    let bytes: Buffer;
    try {
      bytes = await readFile(join(this.folder, DEFINED[kind].folder, path));
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      throw new DriverError(
        `definitions/${DEFINED[kind].folder}/${path} cannot be read (${code ?? String(error)}).`,
        {
          permanent: true,
          cause: error,
        },
      );
    }
    const text = decodeUtf8(bytes);
    if (text !== undefined) return text;
    throw new DriverError(
      `definitions/${DEFINED[kind].folder}/${path} is not UTF-8 text. Save it as UTF-8.`,
      {
        permanent: true,
      },
    );
  }
}

function emptyWhereAbsent(error: unknown): string[] {
  const code = codeOf(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return [];
  throw error;
}

const PURPOSES = {
  check: 'succeeds if the version is installed, and reports the installed version',
  install: 'installs it, also after a partial earlier attempt',
  remove: 'removes it, also after a partial earlier attempt',
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
