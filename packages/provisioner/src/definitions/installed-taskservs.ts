import { randomUUID } from 'node:crypto';
import {
  DriverError,
  type ActContext,
  type Collection,
  type RecallOptions,
  type Sighting,
} from '../drivers/driver.js';
import {
  fullName,
  type Change,
  type DesiredTaskserv,
  type Server,
  type Taskserv,
} from '../drivers/resource.js';
import type { TaskservDefinition } from './definition.js';
import type { Definitions } from './definitions.js';
import { parametersOf } from './parameters.js';
import { changeUnder, existsSince } from './record.js';
import { Remote, type Survey } from './remote.js';
import type { InstallOptions, RunOnServer } from './run-on-server.js';
import {
  answersOf,
  runningServers,
  serverOf,
  surveyAll,
  surveyNamed,
  type Servers,
  type Surveyed,
} from './servers.js';
import {
  assertNoCluster,
  dependents,
  find,
  isOf,
  isPart,
  recordsOf,
  type TaskservRecord,
} from './taskserv-records.js';
import { FOUND_VERSION, install, remove, versionOf, type Unit } from './unit.js';

/** Task services that scripts of definitions install on servers. Each server stores records of what it has. */
export class InstalledTaskservs implements Collection<'taskserv'> {
  constructor(
    private readonly remote: Remote,
    private readonly servers: Servers,
    private readonly definitions: Definitions,
  ) {}

  /** Those on running servers; other servers cannot be asked. */
  async list(infra: string, server?: string): Promise<Taskserv[]> {
    return resourcesIn(
      answersOf(await surveyAll(this.remote, await runningServers(this.servers, infra, server))),
    );
  }

  async survey(infra: string): Promise<Sighting<'taskserv'>> {
    const surveyed = await surveyAll(this.remote, await runningServers(this.servers, infra));
    return { found: resourcesIn(surveyed.found), silent: surveyed.silent };
  }

  async read(infra: string, name: string): Promise<Taskserv | null> {
    const [serverName = '', taskserv = ''] = name.split('/');
    const server = await this.servers.read(infra, serverName);
    if (!server) return null;
    const [answer] = answersOf(await surveyAll(this.remote, [serverOf(server)]));
    return (answer && find(recordsOf(answer.survey, server), taskserv)?.resource) ?? null;
  }

  /** Asks each of their servers once. */
  async readAll(infra: string, names: readonly string[]): Promise<Sighting<'taskserv'>> {
    const servers = new Set(names.map((name) => name.split('/')[0] ?? ''));
    const surveyed = await surveyNamed(this.remote, this.servers, infra, [...servers]);
    const found = resourcesIn(surveyed.found).filter((resource) => names.includes(fullName(resource)));
    return { found, silent: surveyed.silent };
  }

  async create(
    desired: DesiredTaskserv,
    context: ActContext,
  ): Promise<{ resource: Taskserv; made: boolean }> {
    const server = await this.#server(desired);
    const chain = await this.definitions.inOrder([desired.name]);
    const survey = await this.remote.survey(server, context.signal);
    for (const definition of chain) {
      if (definition.name === desired.name) continue;
      if (find(recordsOf(survey, server), definition.name)) continue;
      const { restores: _, ...rest } = context;
      const { infra, provider } = desired;
      const required = {
        infra,
        server: server.name,
        name: definition.name,
        provider,
        version: null,
        attributes: {},
      };
      await this.install(server, definition, required, rest);
    }
    const definition =
      chain.find(({ name }) => name === desired.name) ?? (await this.definitions.taskserv(desired.name));
    return this.install(server, definition, desired, context, survey);
  }

  /** Installs exactly this task service, without its requirements. @param partOf the cluster that it belongs to */
  async install(
    server: Server,
    definition: TaskservDefinition,
    desired: DesiredTaskserv,
    context: ActContext,
    survey?: Survey,
    partOf: string | null = null,
  ): Promise<{ resource: Taskserv; made: boolean }> {
    const unit = unitOf(definition, desired);
    const existing = survey && find(recordsOf(survey, server), desired.name);
    if (existing) return this.#keep(existing, desired, context);
    const resource = {
      ...desired,
      version: unit.version ?? FOUND_VERSION,
      ...existsSince(randomUUID(), server.driver, definition.description, context.restores),
    };
    const draft = {
      resource,
      wanted_version: unit.version,
      parameters: unit.parameters,
      key: context.idempotencyKey,
      requires: definition.requires,
      part_of: partOf,
      last_act: { key: context.idempotencyKey, action: 'created' as const, before: null },
    };
    const answer = await install<'taskserv'>(this.remote, server, unit, 'create', draft, context);
    const other = answer.record<'taskserv'>('exists');
    if (other) return this.#keep(other, desired, context);
    return { resource: written(answer.record<'taskserv'>('record'), desired).resource, made: true };
  }

  async change(before: Taskserv, desired: DesiredTaskserv, context: ActContext): Promise<Taskserv> {
    const server = await this.#server(desired);
    const definition = await this.definitions.taskserv(desired.name);
    const record = recordsOf(await this.remote.survey(server, context.signal), server).find(
      ({ resource }) => resource.id === before.id,
    );
    if (!record) throw replaced(before);
    const same = desired.version === null || desired.version === record.resource.version;
    const unit = unitOf(definition, { ...desired, version: same ? record.wanted_version : desired.version });
    const key = context.idempotencyKey;
    const draft = {
      ...record,
      resource: {
        ...record.resource,
        ...desired,
        version: unit.version ?? FOUND_VERSION,
        changed_at: new Date().toISOString(),
      },
      installed_version: FOUND_VERSION,
      wanted_version: unit.version,
      parameters: unit.parameters,
      requires: definition.requires,
      // Several changes under one key count as one, which starts from the state before the first of them.
      last_act:
        record.last_act.key === key
          ? record.last_act
          : { key, action: 'changed' as const, before: record.resource },
    };
    const answer = await install<'taskserv'>(this.remote, server, unit, 'change', draft, context);
    if (answer.has('gone')) throw replaced(before);
    return written(answer.record<'taskserv'>('record'), desired).resource;
  }

  async destroy(existing: Taskserv, context: ActContext): Promise<Change[]> {
    const found = await this.servers.read(existing.infra, existing.server);
    if (!found) return [];
    const server = serverOf(found);
    const survey = await this.remote.survey(server, context.signal);
    const record = recordsOf(survey, server).find(({ resource }) => resource.id === existing.id);
    return record ? this.uninstall(server, record, survey, context) : [];
  }

  /** Removes it. If its own creation is undone, what came under the same key and requires it is removed first. */
  async uninstall(
    server: Server,
    record: TaskservRecord,
    survey: Survey,
    context: ActContext,
  ): Promise<Change<'taskserv'>[]> {
    const { name } = record.resource;
    const needy = dependents(survey, name);
    const clusters = survey.clusters.filter(({ requires }) => requires.includes(name));
    const cameAlong = needy.every(({ key }) => key === record.key) && isUndoing(context, record.key);
    if (clusters.length > 0 || (needy.length > 0 && !cameAlong)) {
      const names = [...needy, ...clusters].map(({ resource }) => resource.name);
      throw new DriverError(
        `Task service ${server.name}/${name} is required by ${names.join(', ')} on that server. ` +
          `Delete ${names.length > 1 ? 'those' : 'that'} first. Nothing was changed.`,
        { permanent: true },
      );
    }
    const changes: Change<'taskserv'>[] = [];
    for (const one of needy) changes.push(...(await this.uninstall(server, one, survey, context)));
    // Required by two others, it was removed with the first of them.
    survey.taskservs = survey.taskservs.filter(
      (one) => !changes.some(({ before }) => before?.id === one.resource.id),
    );
    if (!survey.taskservs.includes(record)) return changes;
    const definition = await this.definitions.taskserv(name);
    if (record.adopted) {
      context.log?.(
        `${server.name}/${name}: existed before the platform managed it and is kept; only its record is removed`,
      );
    }
    const unit = { ...unitOf(definition, record.resource), parameters: record.parameters };
    const answer = await remove<'taskserv'>(this.remote, server, unit, 'remove', record, context);
    if (answer.has('gone')) return changes;
    return [...changes, { kind: 'taskserv', action: 'destroyed', before: record.resource, after: null }];
  }

  /** Removes everything from a server that is released: dependents before their requirements. */
  async removeAll(server: Server, context: ActContext): Promise<Change<'taskserv'>[]> {
    const survey = await this.remote.survey(server, context.signal);
    assertNoCluster(survey, server);
    const changes: Change<'taskserv'>[] = [];
    for (;;) {
      const next = recordsOf(survey, server).find(
        ({ resource }) => dependents(survey, resource.name).length === 0,
      );
      if (!next) return changes;
      changes.push(...(await this.uninstall(server, next, survey, context)));
      survey.taskservs = survey.taskservs.filter((one) => one !== next);
    }
  }

  /** The changes that were made under a key, for {@link Driver.recall}. Parts of a cluster belong to the cluster. */
  async recall(infra: string, key: string, { onSilence }: RecallOptions = {}): Promise<Change[]> {
    const found = answersOf(
      await surveyAll(this.remote, await runningServers(this.servers, infra)),
      onSilence,
    );
    const living = found.flatMap(({ server, survey }) =>
      recordsOf(survey, server).map((record) => ({ record, isPart: isPart(record, survey) })),
    );
    const ids = new Set(living.map(({ record }) => record.resource.id));
    const dead = found
      .flatMap(({ server, survey }) => survey.destroyed.taskservs.filter((one) => isOf(one, server)))
      .filter(({ resource }) => !ids.has(resource.id));
    const mine = living.flatMap(({ record, isPart }) => (isPart ? [] : [record]));
    return [...dead, ...mine.sort((one, other) => (one.resource.made_at < other.resource.made_at ? -1 : 1))]
      .map((record) => changeUnder('taskserv', key, record))
      .filter((change) => change !== null);
  }

  /** One exists already. If it was added as a requirement under the same key, it is changed to what is wanted now. */
  async #keep(
    { resource, key }: TaskservRecord,
    desired: DesiredTaskserv,
    context: ActContext,
  ): Promise<{ resource: Taskserv; made: boolean }> {
    if (resource.infra !== desired.infra || resource.server !== desired.server) {
      throw new DriverError(
        `Task service ${desired.name} is on ${desired.server} already, as ${resource.server}/${resource.name} of infra ` +
          `${resource.infra}: that machine has two names. Delete one of the two servers.`,
        { permanent: true },
      );
    }
    if (key !== context.idempotencyKey) return { resource, made: false };
    const same = desired.version === null || desired.version === resource.version;
    return { resource: same ? resource : await this.change(resource, desired, context), made: true };
  }

  async #server({ infra, server, name }: DesiredTaskserv): Promise<Server> {
    const found = await this.servers.read(infra, server);
    if (found) return serverOf(found);
    throw new DriverError(
      `Task service ${name} requires server ${server}, which does not exist in ${infra}. Create the server first.`,
      { permanent: true },
    );
  }
}

function resourcesIn(found: Surveyed['found']): Taskserv[] {
  return found.flatMap(({ server, survey }) => recordsOf(survey, server).map(({ resource }) => resource));
}

/** The task services of a driver that can run scripts on its servers. */
export function installedTaskservs(
  run: RunOnServer,
  servers: Servers,
  definitions: Definitions,
  options: InstallOptions = {},
): InstalledTaskservs {
  return new InstalledTaskservs(new Remote(run, options), servers, definitions);
}

// An undo operation works under keys that begin with the key of what it undoes (operations/undo-operation.ts).
function isUndoing({ idempotencyKey }: ActContext, key: string): boolean {
  return idempotencyKey.startsWith(`${key}:`);
}

function unitOf(definition: TaskservDefinition, { name, version, attributes }: DesiredTaskserv): Unit {
  return {
    kind: 'taskserv',
    definition,
    name,
    scripts: definition.scripts,
    parameters: parametersOf(definition, attributes),
    version: versionOf(definition, version),
  };
}

function written(record: TaskservRecord | null, { server, name }: DesiredTaskserv): TaskservRecord {
  if (record) return record;
  throw new DriverError(`${server} did not report the installed version of ${name}. Run the command again.`);
}

function replaced({ server, name }: Taskserv): DriverError {
  return new DriverError(
    `The task service ${server}/${name} was removed or replaced by another process in the meantime. Run the command again.`,
  );
}
