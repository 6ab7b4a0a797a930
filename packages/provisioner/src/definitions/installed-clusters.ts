import { randomUUID } from 'node:crypto';
import {
  DriverError,
  type ActContext,
  type Collection,
  type RecallOptions,
  type Sighting,
} from '../drivers/driver.js';
import type { Change, Cluster, DesiredCluster, Server } from '../drivers/resource.js';
import type { ClusterDefinition } from './definition.js';
import type { Definitions } from './definitions.js';
import { onePerCluster, placed, stepUnit } from './cluster-parts.js';
import { InstalledTaskservs } from './installed-taskservs.js';
import { parametersOf } from './parameters.js';
import { changeUnder, existsSince, type InstallRecord } from './record.js';
import { Remote } from './remote.js';
import type { InstallOptions, RunOnServer } from './run-on-server.js';
import { answersOf, runningServers, serverOf, surveyAll, type Servers, type Surveyed } from './servers.js';
import { install, recordText, remove, SLOTS, tombstone, versionOf, type DraftRecord } from './unit.js';

type ClusterRecord = InstallRecord<'cluster'>;

/**
 * Clusters that are installed on servers: task services and steps on several servers. Each server stores a record of the
 * cluster when its part is complete.
 */
export class InstalledClusters implements Collection<'cluster'> {
  constructor(
    private readonly remote: Remote,
    private readonly servers: Servers,
    private readonly definitions: Definitions,
    private readonly taskservs: InstalledTaskservs,
  ) {}

  async list(infra: string): Promise<Cluster[]> {
    return recordsIn(answersOf(await this.#surveys(infra)), infra).map(({ resource }) => resource);
  }

  async survey(infra: string): Promise<Sighting<'cluster'>> {
    const { found, silent } = await this.#surveys(infra);
    return { found: recordsIn(found, infra).map(({ resource }) => resource), silent };
  }

  async read(infra: string, name: string): Promise<Cluster | null> {
    return (await this.#find(infra, name))?.resource ?? null;
  }

  async create(desired: DesiredCluster, context: ActContext): Promise<{ resource: Cluster; made: boolean }> {
    const definition = await this.definitions.cluster(desired.name);
    const version = versionOf(definition, desired.version);
    const parameters = parametersOf(definition, desired.attributes);
    const servers = await this.#serversOf(desired);
    const existing = await this.#find(desired.infra, desired.name);
    if (existing) return { resource: existing.resource, made: existing.key === context.idempotencyKey };
    const requires = await this.#build(definition, desired, servers, version, context);
    const resource = {
      ...desired,
      version,
      ...existsSince(randomUUID(), servers[0]?.driver ?? '', definition.description, context.restores),
    };
    await this.#write(
      servers,
      {
        resource,
        wanted_version: version,
        parameters,
        key: context.idempotencyKey,
        adopted: false,
        requires,
        part_of: null,
        last_act: { key: context.idempotencyKey, action: 'created', before: null },
      },
      context,
    );
    return { resource, made: true };
  }

  async change(before: Cluster, desired: DesiredCluster, context: ActContext): Promise<Cluster> {
    const record = await this.#find(before.infra, before.name);
    if (record?.resource.id !== before.id) {
      throw new DriverError(
        `The cluster ${before.name} was removed or replaced by another process in the meantime. Run the command again.`,
      );
    }
    const definition = await this.definitions.cluster(desired.name);
    const version = versionOf(definition, desired.version ?? before.version);
    const parameters = parametersOf(definition, desired.attributes);
    const servers = await this.#serversOf(desired);
    const left = before.servers.filter((name) => !desired.servers.includes(name));
    const requires = await this.#build(definition, desired, servers, version, context);
    await this.#leave(definition, record, left, context);
    const key = context.idempotencyKey;
    const resource = { ...record.resource, ...desired, version, changed_at: new Date().toISOString() };
    const last_act =
      record.last_act.key === key
        ? record.last_act
        : { key, action: 'changed' as const, before: record.resource };
    await this.#write(
      servers,
      { ...record, resource, wanted_version: version, parameters, requires, last_act },
      context,
    );
    return resource;
  }

  async destroy(existing: Cluster, context: ActContext): Promise<Change[]> {
    const record = await this.#find(existing.infra, existing.name);
    if (record?.resource.id !== existing.id) return [];
    const definition = await this.definitions.cluster(existing.name);
    // The first server is the last one: while it has the record, a repeated attempt can continue.
    await this.#leave(definition, record, record.resource.servers.toReversed(), context);
    return [{ kind: 'cluster', action: 'destroyed', before: record.resource, after: null }];
  }

  /** The changes that were made under a key, for {@link Driver.recall}. */
  async recall(infra: string, key: string, { onSilence }: RecallOptions = {}): Promise<Change[]> {
    const found = answersOf(await this.#surveys(infra), onSilence);
    const living = recordsIn(found, infra);
    const ids = new Set(living.map(({ resource }) => resource.id));
    const dead = found
      .flatMap(({ survey }) => survey.destroyed.clusters)
      .filter(({ resource }) => resource.infra === infra && !ids.has(resource.id));
    return onePerCluster([...dead, ...living])
      .map((record) => changeUnder('cluster', key, record))
      .filter((change) => change !== null);
  }

  /** Installs all parts of the cluster in order. @returns the names of the task services that it depends on */
  async #build(
    definition: ClusterDefinition,
    desired: DesiredCluster,
    servers: readonly Server[],
    version: string | null,
    context: ActContext,
  ): Promise<string[]> {
    const { restores: _, ...own } = context;
    const versions = new Map(definition.taskservs.map((one) => [one.name, one]));
    const ordered = await this.definitions.inOrder([...versions.keys()]);
    for (const taskserv of ordered) {
      const { on = 'all', version: wanted = null } = versions.get(taskserv.name) ?? {};
      for (const server of placed(servers, on)) {
        const { infra, provider } = desired;
        await this.taskservs.install(
          server,
          taskserv,
          { infra, server: server.name, name: taskserv.name, provider, version: wanted, attributes: {} },
          own,
          await this.remote.survey(server, context.signal),
          definition.name,
        );
      }
    }
    for (const step of definition.steps) {
      for (const server of placed(servers, step.on)) {
        const unit = stepUnit(definition, step, desired, servers, server, version);
        await install<'cluster'>(this.remote, server, unit, 'step', null, own);
      }
    }
    return ordered.map(({ name }) => name);
  }

  /** Removes servers from the cluster: its steps in reverse order, its record, then the task services that it installed. */
  async #leave(
    definition: ClusterDefinition,
    record: ClusterRecord,
    names: readonly string[],
    context: ActContext,
  ): Promise<void> {
    const { resource } = record;
    const all = await Promise.all(resource.servers.map((name) => this.servers.read(resource.infra, name)));
    // Servers that no longer exist need no work.
    const present = all.filter((server) => server !== null).map(serverOf);
    const leaving = names.flatMap((name) => present.filter((server) => server.name === name));
    for (const step of definition.steps.toReversed()) {
      for (const server of leaving) {
        if (!placed(present, step.on).includes(server)) continue;
        const unit = stepUnit(definition, step, resource, present, server, resource.version);
        await remove<'cluster'>(
          this.remote,
          server,
          { ...unit, parameters: record.parameters },
          'step',
          null,
          context,
        );
      }
    }
    for (const server of leaving) {
      await this.remote.call(
        server,
        this.#recordCall(definition.name, record, { tombstone: tombstone(record, context) }, 'forget'),
        context,
      );
      await this.#removeParts(definition.name, server, context);
    }
  }

  async #removeParts(cluster: string, server: Server, context: ActContext): Promise<void> {
    const survey = await this.remote.survey(server, context.signal);
    const parts = survey.taskservs
      .filter((one) => one.part_of === cluster)
      .sort((one, other) => (one.resource.made_at < other.resource.made_at ? 1 : -1));
    for (const part of parts) {
      const { name } = part.resource;
      const needed = [...survey.taskservs, ...survey.clusters].some(({ requires }) =>
        requires.includes(name),
      );
      if (needed) continue;
      await this.taskservs.uninstall(server, part, survey, context);
      survey.taskservs = survey.taskservs.filter((one) => one !== part);
    }
  }

  /** The first server is the last one: its record shows that the cluster is complete. */
  async #write(
    servers: readonly Server[],
    draft: DraftRecord<'cluster'>,
    context: ActContext,
  ): Promise<void> {
    const version = draft.resource.version ?? 'installed';
    for (const server of servers.toReversed()) {
      const call = this.#recordCall(
        draft.resource.name,
        draft,
        { record: recordText(draft) },
        `note ${version}`,
      );
      await this.remote.call(server, call, { ...context, signal: undefined });
    }
  }

  #recordCall(
    name: string,
    { resource }: Pick<ClusterRecord, 'resource'>,
    files: { record?: string; tombstone?: string },
    call: string,
  ) {
    return {
      kind: 'cluster' as const,
      name,
      call,
      files,
      environment: { PROVISIONING_ID: resource.id, ...SLOTS },
      timeouts: { check: 1, install: 1, remove: 1 },
      phases: [],
    };
  }

  async #serversOf({ infra, name, servers: names }: DesiredCluster): Promise<Server[]> {
    if (names.length === 0) {
      throw new DriverError(
        `Cluster ${name} requires at least one server in ${infra}. Create servers first.`,
        {
          permanent: true,
        },
      );
    }
    const found = await Promise.all(names.map((one) => this.servers.read(infra, one)));
    const absent = names.filter((_, index) => found[index] === null);
    if (absent.length > 0) {
      throw new DriverError(
        `Cluster ${name} requires the servers ${absent.join(', ')}, which do not exist in ${infra}. Create them first.`,
        { permanent: true },
      );
    }
    return found.filter((server) => server !== null).map(serverOf);
  }

  async #find(infra: string, name: string): Promise<ClusterRecord | undefined> {
    const surveyed = await this.#surveys(infra);
    const record = recordsIn(surveyed.found, infra).find(({ resource }) => resource.name === name);
    // Every server of a cluster has its record. If no record is found, a server that did not answer may have one.
    if (!record) answersOf(surveyed);
    return record;
  }

  async #surveys(infra: string) {
    return surveyAll(this.remote, await runningServers(this.servers, infra));
  }
}

function recordsIn(found: Surveyed['found'], infra: string): ClusterRecord[] {
  const records = found.flatMap(({ survey }) => survey.clusters);
  return onePerCluster(records.filter(({ resource }) => resource.infra === infra));
}

/** The clusters of a driver that can run scripts on its servers. */
export function installedClusters(
  run: RunOnServer,
  servers: Servers,
  definitions: Definitions,
  options: InstallOptions = {},
): InstalledClusters {
  const remote = new Remote(run, options);
  return new InstalledClusters(
    remote,
    servers,
    definitions,
    new InstalledTaskservs(remote, servers, definitions),
  );
}
