import type { DesiredServer } from '../../settings/settings.js';
import type { ActContext, Refusal, ServerStep, Sighting } from '../driver.js';
import { refusalsOf } from '../refusals.js';
import type { Change, Server } from '../resource.js';
import type { ProviderServers } from '../server-driver.js';
import type { ServerChanger } from './change-server.js';
import { foundIn, isLiving, toServer, type Found } from './found-instance.js';
import type { ServerMaker } from './make-server.js';
import { quotaRefusals } from './quota.js';
import type { Regions } from './regions.js';
import { keyValue } from './tags.js';
import { gone, type Waits } from './waits.js';

/** Servers at AWS. The driver keeps its records in their tags, so that every process on every machine has them. */
export class AwsServers implements ProviderServers {
  installedOn: ProviderServers['installedOn'] = () => Promise.resolve([]);
  // Login users by server: a server as the caller has it does not include its login user.
  readonly #loginUsers = new WeakMap<Server, string>();

  constructor(
    private readonly regions: Regions,
    private readonly waits: Waits,
    private readonly maker: ServerMaker,
    private readonly changer: ServerChanger,
  ) {}

  async list(infra: string): Promise<Server[]> {
    const servers = (await this.#all(infra)).map((found) => this.#server(found));
    return servers.sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  async read(infra: string, name: string): Promise<Server | null> {
    const [first] = await this.maker.named({ infra, name });
    return first ? this.#server(first) : null;
  }

  async readAll(infra: string, names: readonly string[]): Promise<Sighting<'server'>> {
    const servers = await Promise.all(names.map((name) => this.read(infra, name)));
    return { found: servers.filter((server) => server !== null), silent: [] };
  }

  async refusals(steps: readonly ServerStep[], signal?: AbortSignal): Promise<Refusal[]> {
    const refusals = await refusalsOf(steps, ({ before, after }) =>
      before ? this.changer.check(before, after, signal) : this.maker.check(after, signal),
    );
    return refusals.length > 0 ? refusals : quotaRefusals(this.regions, steps, signal);
  }

  async create(desired: DesiredServer, context: ActContext): Promise<{ resource: Server; made: boolean }> {
    const { found, made } = await this.maker.make(desired, context);
    return { resource: this.#server(found), made };
  }

  async change(before: Server, desired: DesiredServer, context: ActContext): Promise<Server> {
    return this.#server(await this.changer.change(before, desired, context));
  }

  async destroy({ id, name, zone, made_at }: Server, { signal }: ActContext): Promise<Change[]> {
    signal?.throwIfAborted();
    const about = { name, signal };
    const { at: region } = this.regions.placeOf(zone, name);
    const instance = await this.waits.known(region, id, made_at, about);
    const found = instance && isLiving(instance) ? foundIn(instance, region) : null;
    if (!found) {
      // Another process destroys it: wait until it is gone.
      if (instance?.State?.Name === 'shutting-down') await this.waits.gone(region, id, about);
      return [];
    }
    const before = this.#server(found);
    const taskservs = await this.installedOn(before, signal);
    // Further instances of the same piece of work were never another server.
    for (const twin of await this.maker.named(found.remembered, signal)) {
      const same = twin.remembered.key !== '' && twin.remembered.key === found.remembered.key;
      const { InstanceId } = twin.instance;
      if (same && InstanceId !== id) await this.waits.gone(twin.region, InstanceId, about);
    }
    if (!(await this.waits.gone(region, id, about))) return [];
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
    return made.map((found) => ({
      kind: 'server',
      action: 'created',
      before: null,
      after: this.#server(found),
    }));
  }

  /** The login user of a server. */
  async loginUser(server: Server, signal: AbortSignal | undefined): Promise<string> {
    const known = this.#loginUsers.get(server);
    if (known !== undefined) return known;
    const { at: region } = this.regions.placeOf(server.zone, server.name);
    const instance = await region.instance(server.id, { name: server.name, signal });
    const found = instance && foundIn(instance, region);
    if (!found) throw gone(server.name);
    return found.remembered.loginUser;
  }

  /** The valid server of each name, in the order of creation. */
  async #all(infra: string): Promise<Found[]> {
    const byName = new Map<string, Found>();
    for (const found of await this.regions.find(infra)) {
      const { name } = found.remembered;
      if (!byName.has(name)) byName.set(name, found);
    }
    return [...byName.values()];
  }

  #server(found: Found): Server {
    const server = toServer(found);
    this.#loginUsers.set(server, found.remembered.loginUser);
    return server;
  }
}
