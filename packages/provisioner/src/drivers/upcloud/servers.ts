import type { DesiredServer } from '../../settings/settings.js';
import type { ActContext, Refusal, ServerStep } from '../driver.js';
import { refusalsOf } from '../refusals.js';
import type { Change, Server } from '../resource.js';
import type { ProviderServers } from '../server-driver.js';
import type { ServerDetails, UpcloudApi } from './api.js';
import type { Catalogue } from './catalogue.js';
import type { ServerChanger } from './change-server.js';
import { foundIn, inOrder, toServer, type Found } from './found-server.js';
import { filterFor, keyValue } from './labels.js';
import type { ServerMaker } from './make-server.js';
import { quotaRefusals } from './quota.js';
import type { Waits } from './waits.js';

/** Servers at UpCloud. The driver keeps its records in their labels, so that every process on every machine has them. */
export class UpcloudServers implements ProviderServers {
  installedOn: ProviderServers['installedOn'] = () => Promise.resolve([]);

  constructor(
    private readonly api: UpcloudApi,
    private readonly waits: Waits,
    private readonly maker: ServerMaker,
    private readonly changer: ServerChanger,
    private readonly catalogue: Catalogue,
  ) {}

  async list(infra: string): Promise<Server[]> {
    const servers = await this.#details(await this.#all(infra));
    return servers.sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  async read(infra: string, name: string): Promise<Server | null> {
    for (const found of await this.maker.named({ infra, name })) {
      const [server] = await this.#details([found]);
      if (server) return server;
    }
    return null;
  }

  async refusals(steps: readonly ServerStep[], signal?: AbortSignal): Promise<Refusal[]> {
    const refusals = await refusalsOf(steps, ({ before, after }) =>
      before ? this.changer.check(before, after, signal) : this.maker.check(after),
    );
    return refusals.length > 0 ? refusals : quotaRefusals(this.api, this.catalogue, steps, signal);
  }

  async create(desired: DesiredServer, context: ActContext): Promise<{ resource: Server; made: boolean }> {
    const { found, made } = await this.maker.make(desired, context);
    return { resource: toServer(found), made };
  }

  async change(before: Server, desired: DesiredServer, context: ActContext): Promise<Server> {
    return toServer(await this.changer.change(before, desired, context));
  }

  async destroy({ id, name }: Server, context: ActContext): Promise<Change[]> {
    const { signal } = context;
    signal?.throwIfAborted();
    const about = { name, signal };
    const server = await this.api.server(id, about);
    const found = server && foundIn(server);
    if (!found) return [];
    const before = toServer(found);
    const taskservs = await this.installedOn(before, signal);
    // Further servers of the same piece of work were never another server.
    for (const twin of await this.maker.named(found.remembered, signal)) {
      const same = twin.remembered.key !== '' && twin.remembered.key === found.remembered.key;
      if (same && twin.server.uuid !== id) await this.waits.gone(twin.server.uuid, about);
    }
    if (!(await this.waits.gone(id, about))) return [];
    return [
      ...taskservs.map((taskserv): Change => ({
        kind: 'taskserv',
        action: 'destroyed',
        before: taskserv,
        after: null,
      })),
      { kind: 'server', action: 'destroyed', before, after: null },
    ];
  }

  /** The existing servers that were made under that key. */
  async recall(infra: string, idempotencyKey: string): Promise<Change[]> {
    const key = keyValue(idempotencyKey);
    const made = (await this.#all(infra)).filter(({ remembered }) => remembered.key === key);
    return (await this.#details(made)).map((after) => ({
      kind: 'server',
      action: 'created',
      before: null,
      after,
    }));
  }

  /** The valid server of each name, in the order of creation. */
  async #all(infra: string): Promise<Found[]> {
    const all = (await this.api.servers(filterFor(infra))).map(foundIn).filter((found) => found !== null);
    const byName = new Map<string, Found>();
    for (const found of inOrder(all)) {
      const { remembered } = found;
      if (remembered.infra === infra && !byName.has(remembered.name)) byName.set(remembered.name, found);
    }
    return [...byName.values()];
  }

  /** Lists do not have addresses. Servers that were deleted meanwhile are left out. */
  async #details(all: readonly Found[]): Promise<Server[]> {
    const servers = await Promise.all(
      all.map(({ server, remembered }) => this.api.server(server.uuid, { name: remembered.name })),
    );
    return servers
      .filter((server): server is ServerDetails => server !== null)
      .map(foundIn)
      .filter((found) => found !== null)
      .map(toServer);
  }
}
