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
 * Makes servers. UpCloud knows no idempotency key, so the labels have to do: there is nothing to be ordered if a
 * server of that name is there, an order whose answer was lost is looked for before it is given again, and of several
 * that came to be at the same time all who made them keep the oldest.
 */
export class ServerMaker {
  constructor(
    private readonly api: UpcloudApi,
    private readonly waits: Waits,
    private readonly catalogue: Catalogue,
    /** Who may log in. */
    private readonly publicKey: string | null,
  ) {}

  /** @returns the server of that name, which runs if it was made under this key, and whether it was */
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
        // Lists may lag behind.
        dead.add(uuid);
      } else if (made && server.state === 'error') {
        throw broken(desired.name, uuid);
      } else if (made && !settled.has(uuid)) {
        // Another one may have been ordered in the same second: by now it shows.
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

  /** All of that name, the one that counts first. */
  async named({ infra, name }: { infra: string; name: string }, signal?: AbortSignal): Promise<Found[]> {
    const servers = await this.api.servers(filterFor(infra, name), signal);
    const found = servers.map(foundIn).filter((one) => one !== null);
    return inOrder(found.filter(({ remembered }) => remembered.infra === infra && remembered.name === name));
  }

  /** Returns when the server shows. */
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

  /** So many may be created at once, and the others wait. */
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
