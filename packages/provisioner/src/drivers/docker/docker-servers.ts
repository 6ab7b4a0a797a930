import { errorOf } from '@provisioning/errors';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { ContainerCreateOptions, ContainerInspectInfo } from 'dockerode';
import type { DesiredServer } from '../../settings/settings.js';
import { DriverError, type ActContext, type Collection } from '../driver.js';
import { wantedPower, type Change, type Server, type Taskserv } from '../resource.js';
import { ALTERED_PATH, packed, unpacked, type Altered } from './altered.js';
import type { Engine } from './engine.js';
import { filterFor, labelsOf, originIn, type Origin } from './labels.js';
import { sizeOf } from './size.js';

/** A container for each server. Its name is derived from the server, so that the engine refuses a second one. */
export class DockerServers implements Collection<'server'> {
  /** The task services that are destroyed with a server. */
  installedOn: (server: Server) => Promise<Taskserv[]> = () => Promise.resolve([]);

  constructor(private readonly engine: Engine) {}

  async list(infra: string): Promise<Server[]> {
    const what = `The servers of ${infra} cannot be listed`;
    const all = await this.engine.ask(
      (docker) => docker.listContainers({ all: true, filters: filterFor(infra) }),
      { what },
    );
    const servers = await Promise.all(all.map(({ Id }) => this.#byId(Id, what)));
    return servers
      .flatMap((found) => (found?.server.infra === infra ? [found.server] : []))
      .sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  async read(infra: string, name: string): Promise<Server | null> {
    const found = await this.#byId(containerName(infra, name), `Server ${name} cannot be read`);
    return found?.server ?? null;
  }

  async create(desired: DesiredServer, context: ActContext): Promise<{ resource: Server; made: boolean }> {
    const { infra, name } = desired;
    const about = { what: `Server ${name} cannot be made`, signal: context.signal };
    const options = this.#optionsFor(desired, context);
    const there = await this.#byId(containerName(infra, name), about.what);
    if (!there) {
      await this.engine.pull(options.Image ?? '', about);
      // The name is in use: another process was faster, or the answer to this one was lost.
      await this.engine.unless(409, (docker) => docker.createContainer(options), about);
    }
    const found = there ?? (await this.#byId(containerName(infra, name), about.what));
    if (!found)
      throw new DriverError(
        `Server ${name} was destroyed by another process in the meantime. Run the command again.`,
      );
    const made = found.origin.key === context.idempotencyKey;
    if (made && found.server.state !== 'running') {
      await this.engine.unless(304, (docker) => docker.getContainer(found.server.id).start(), about);
      return { resource: (await this.#byId(found.server.id, about.what))?.server ?? found.server, made };
    }
    return { resource: found.server, made };
  }

  async change(before: Server, desired: DesiredServer, context: ActContext): Promise<Server> {
    const { name, id } = before;
    const about = { what: `Server ${name} cannot be changed`, signal: context.signal };
    context.signal?.throwIfAborted();
    const size = sizeOf(desired);
    const found = await this.#byId(id, about.what);
    if (!found) throw gone(before);
    const { plan, labels, storage_gb } = desired;
    const altered: Altered = { plan, labels, storage_gb, changed_at: new Date().toISOString() };
    const archive = await packed(altered);
    // A change that has started is finished: the size and its record belong together.
    if (plan !== found.server.plan)
      await this.engine.ask((docker) => docker.getContainer(id).update(size), { what: about.what });
    await this.#bring(found.server, wantedPower(desired), about.what);
    const written = await this.engine.unless(
      404,
      (docker) => docker.getContainer(id).putArchive(archive, { path: '/' }),
      {
        what: about.what,
      },
    );
    const after = written ? await this.#byId(id, about.what) : null;
    if (!after) throw gone(before);
    return after.server;
  }

  async destroy({ id, name }: Server, context: ActContext): Promise<Change[]> {
    const about = { what: `Server ${name} cannot be destroyed`, signal: context.signal };
    context.signal?.throwIfAborted();
    const found = await this.#byId(id, about.what);
    if (!found) return [];
    const taskservs = await this.installedOn(found.server);
    await this.#remove(id, about.what);
    return [
      ...taskservs.map((before): Change => ({ kind: 'taskserv', action: 'destroyed', before, after: null })),
      { kind: 'server', action: 'destroyed', before: found.server, after: null },
    ];
  }

  /** The existing servers that were made under that key. */
  async recall(infra: string, idempotencyKey: string): Promise<Change[]> {
    const what = `The servers of ${infra} cannot be listed`;
    const all = await this.engine.ask(
      (docker) => docker.listContainers({ all: true, filters: filterFor(infra) }),
      { what },
    );
    const mine = all.filter(({ Labels }) => originIn(Labels)?.key === idempotencyKey);
    const servers = await Promise.all(mine.map(({ Id }) => this.#byId(Id, what)));
    return servers.flatMap((found): Change[] =>
      found ? [{ kind: 'server', action: 'created', before: null, after: found.server }] : [],
    );
  }

  /** Starts or stops it, unless it is in that state already. */
  async #bring({ id, state }: Server, power: 'running' | 'stopped' | null, what: string): Promise<void> {
    if (power === null || state === power) return;
    const container = await this.engine.find((docker) => docker.getContainer(id).inspect(), { what });
    const act = (docker: Docker): Promise<unknown> => {
      const target = docker.getContainer(id);
      if (power === 'stopped') return target.stop();
      return container?.State.Paused ? target.unpause() : target.start();
    };
    await this.engine.unless(304, act, { what });
  }

  /** Returns when it is gone; another process may be removing it, too. */
  async #remove(id: string, what: string): Promise<void> {
    const deadline = performance.now() + this.engine.pace.goneMs;
    for (;;) {
      const begun = await this.engine.unless(
        409,
        async (docker) =>
          docker
            .getContainer(id)
            .remove({ force: true, v: true })
            .catch((error: { statusCode?: number }) =>
              error.statusCode === 404 ? null : Promise.reject(errorOf(error)),
            ),
        { what },
      );
      if (begun || !(await this.engine.find((docker) => docker.getContainer(id).inspect(), { what }))) return;
      if (performance.now() > deadline)
        throw new DriverError(
          `${what}: the removal of its container takes too long. Check it with docker inspect ${id}.`,
        );
      await sleep(this.engine.pace.backoffMs);
    }
  }

  #optionsFor(
    desired: DesiredServer,
    { idempotencyKey: key, restores = [] }: ActContext,
  ): ContainerCreateOptions {
    const { infra, name, zone, provider, image, plan, labels, storage_gb } = desired;
    const { network, defaultImage } = this.engine.config;
    const origin: Origin = {
      infra,
      name,
      key,
      zone,
      provider,
      image,
      restores,
      first: { plan, labels, storage_gb },
    };
    return {
      name: containerName(infra, name),
      Hostname: name,
      Image: image ?? defaultImage,
      // Instead of the image's own command: the container runs until it is destroyed.
      Entrypoint: [],
      Cmd: ['sleep', 'infinity'],
      Labels: labelsOf(origin),
      HostConfig: {
        ...sizeOf(desired),
        // Reaps processes that scripts leave running.
        Init: true,
        RestartPolicy: { Name: 'unless-stopped' },
        ...(network === null ? {} : { NetworkMode: network }),
      },
    };
  }

  /** @param id or name of a container; null if this driver did not make it */
  async #byId(id: string, what: string): Promise<{ server: Server; origin: Origin } | null> {
    const container = await this.engine.find((docker) => docker.getContainer(id).inspect(), { what });
    const origin = container && originIn(container.Config.Labels);
    if (!container || !origin) return null;
    const archive = await this.engine.find(
      (docker) => docker.getContainer(container.Id).getArchive({ path: ALTERED_PATH }),
      { what },
    );
    // Safe cast: dockerode types the stream of Node.js by the older interface.
    const altered = archive && (await unpacked(archive as unknown as AsyncIterable<Buffer>));
    return { server: toServer(container, origin, altered), origin };
  }
}

function toServer(container: ContainerInspectInfo, origin: Origin, altered: Altered | null): Server {
  const { infra, name, zone, provider, image, restores, first } = origin;
  const { plan, labels, storage_gb } = altered ?? first;
  const networks = Object.values(container.NetworkSettings.Networks);
  return {
    infra,
    name,
    plan,
    zone,
    provider,
    image,
    labels,
    storage_gb,
    id: container.Id,
    driver: 'docker',
    made_at: new Date(container.Created).toISOString(),
    changed_at: altered?.changed_at ?? new Date(container.Created).toISOString(),
    description: `The container ${container.Name.replace(/^\//, '')}, made from ${container.Config.Image}.`,
    state: stateOf(container.State.Status),
    ip: networks.map(({ IPAddress }) => IPAddress).find(Boolean) ?? null,
    ...(restores.length > 0 ? { restores } : {}),
  };
}

function stateOf(status: string): Server['state'] {
  if (status === 'running') return 'running';
  if (status === 'created' || status === 'restarting') return 'starting';
  // The engine could not remove it: it never runs again.
  return status === 'dead' ? 'error' : 'stopped';
}

/** Unique by the digest: without it, different splits into infra and name could give the same text. */
function containerName(infra: string, name: string): string {
  const digest = createHash('sha256').update(`${infra}/${name}`).digest('hex').slice(0, 8);
  return `provisioning-${infra}-${name}-${digest}`;
}

function gone({ name }: Server): DriverError {
  return new DriverError(
    `Server ${name} was destroyed or replaced by another process in the meantime. Run the command again.`,
  );
}
