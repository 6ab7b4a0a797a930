import type { DesiredServer } from '../../settings/settings.js';
import { DriverError, type ActContext } from '../driver.js';
import type { ServerDetails, ServerOrder, UpcloudApi } from './api.js';
import type { Catalogue } from './catalogue.js';
import { foundIn, inOrder, type Found } from './found-server.js';
import { filterFor, keyValue } from './labels.js';
import { orderFor } from './server-order.js';
import { isRefusal, UpcloudError } from './upcloud-error.js';
import { broken, gone, type Waits } from './waits.js';

const ORDERS = 3;

/**
 * Makes servers. UpCloud has no idempotency keys, so labels replace them: nothing is ordered if a server of that name
 * exists; an order whose answer was lost is searched for before it is repeated; and of several servers that were made at
 * the same time, all processes keep the oldest.
 */
export class ServerMaker {
  constructor(
    private readonly api: UpcloudApi,
    private readonly waits: Waits,
    private readonly catalogue: Catalogue,
    /** The login user. */
    private readonly publicKey: string | null,
  ) {}

  /** @returns the server of that name, and whether it was made under this key; if it was, it runs */
  async make(
    desired: DesiredServer,
    context: ActContext,
  ): Promise<{ found: Found<ServerDetails>; made: boolean }> {
    const { signal } = context;
    signal?.throwIfAborted();
    const about = { name: desired.name, signal };
    const key = keyValue(context.idempotencyKey);
    const settled = new Set<string>();
    const dead = new Set<string>();
    for (let ordered = false; ;) {
      const all = (await this.named(desired, signal)).filter(({ server }) => !dead.has(server.uuid));
      const [first, ...others] = all;
      if (!first) {
        if (ordered) throw gone(desired.name);
        const order = await orderFor(desired, context, this.catalogue, this.publicKey);
        await this.#order(desired, order, context);
        ordered = true;
        continue;
      }
      const { uuid, state } = first.server;
      const made = first.remembered.key === key;
      if (made && state === 'maintenance') context.log?.(`${desired.name}: UpCloud makes it, as ${uuid}`);
      const server = await (made ? this.waits.settled(uuid, about) : this.api.server(uuid, about));
      if (!server) {
        // Lists may be out of date.
        dead.add(uuid);
      } else if (made && server.state === 'error') {
        throw broken(desired.name, uuid);
      } else if (made && !settled.has(uuid)) {
        // Another process may have ordered one in the same second. It is visible by now.
        settled.add(uuid);
      } else {
        for (const other of others) {
          if (other.remembered.key === key) await this.waits.gone(other.server.uuid, about);
        }
        return { found: { server, remembered: first.remembered }, made };
      }
    }
  }

  /** @throws DriverError if it could not be ordered */
  async check(desired: DesiredServer): Promise<void> {
    await orderFor(desired, { idempotencyKey: '' }, this.catalogue, this.publicKey);
  }

  /** All servers of that name, the valid one first. */
  async named({ infra, name }: { infra: string; name: string }, signal?: AbortSignal): Promise<Found[]> {
    const servers = await this.api.servers(filterFor(infra, name), signal);
    const found = servers.map(foundIn).filter((one) => one !== null);
    return inOrder(found.filter(({ remembered }) => remembered.infra === infra && remembered.name === name));
  }

  /** Returns when the server is visible. */
  async #order(desired: DesiredServer, order: ServerOrder, { signal }: ActContext): Promise<void> {
    const { name } = desired;
    for (let given = 1; ; given++) {
      let uuid: string | undefined;
      let lost: UpcloudError | undefined;
      try {
        uuid = await this.#place(order, { name, signal });
      } catch (error) {
        if (!(error instanceof UpcloudError) || error.again !== 'unsure') throw error;
        lost = error;
      }
      try {
        await this.#shows(desired, uuid, signal);
        return;
      } catch (error) {
        if (!(error instanceof DriverError)) throw error;
        if (!lost || given === ORDERS) throw lost ?? error;
      }
    }
  }

  /** UpCloud limits the number of concurrent creations; further ones wait. */
  #place(order: ServerOrder, about: { name: string; signal: AbortSignal | undefined }): Promise<string> {
    let refusal = new DriverError(`UpCloud did not create server ${about.name}. Run the command again.`);
    return this.waits.until(
      async () => {
        try {
          return await this.api.createServer(order, about);
        } catch (error) {
          if (!isRefusal(error, 'SERVER_CREATING_LIMIT_REACHED')) throw error;
          refusal = error;
          return undefined;
        }
      },
      { withinMs: this.waits.pace.runningMs, late: () => refusal, signal: about.signal },
    );
  }

  async #shows(
    desired: DesiredServer,
    uuid: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    await this.waits.until(
      async () => {
        const all = await this.named(desired, signal);
        const shows = uuid === undefined ? all.length > 0 : all.some(({ server }) => server.uuid === uuid);
        return shows || undefined;
      },
      {
        withinMs: this.waits.pace.visibleMs,
        late: () =>
          new DriverError(
            `UpCloud accepted the order of server ${desired.name} but does not list it. Check the UpCloud control ` +
              'panel and run the command again; it continues from there.',
          ),
        signal,
      },
    );
  }
}
