import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import type { DesiredServer } from '../../settings/settings.js';
import { DriverError, type ActContext, type Change, type Driver, type Server } from '../driver.js';
import { documentationAddress } from './documentation-address.js';
import { explained } from './explain-file-error.js';
import { entriesOf, moveFolder, removeLeftovers } from './folders.js';
import { InfraPaths } from './paths.js';
import { readRecord, readServer, writeRecord, writeServer, type ServerRecord } from './server-record.js';

const MAX_RACES = 5;

/**
 * Keeps a record of each server in a folder of its own and makes no machine: for development.
 * A server comes into being and goes by one `rename`, so neither another process nor a kill finds half of one.
 */
export function createLocalDriver(dataDir: string): Driver {
  return new LocalDriver(dataDir);
}

class LocalDriver implements Driver {
  readonly name = 'local';
  readonly notice =
    'The local driver is for development: it keeps a record of each server and makes no real machine.';

  constructor(private readonly dataDir: string) {}

  list(infra: string): Promise<Server[]> {
    return explained(async () => (await this.#records(infra)).map(({ server }) => server));
  }

  read(infra: string, name: string): Promise<Server | null> {
    return explained(async () => (await readServer(this.#paths(infra).server(name)))?.server ?? null);
  }

  create(desired: DesiredServer, context: ActContext): Promise<{ server: Server; made: boolean }> {
    return explained(async () => {
      context.signal?.throwIfAborted();
      const paths = this.#paths(desired.infra);
      await removeLeftovers(paths.servers);
      for (let race = 0; race < MAX_RACES; race++) {
        const existing = await readServer(paths.server(desired.name));
        if (existing) return { server: existing.server, made: false };
        const server = describe(desired);
        if (await this.#put(paths, server, context)) return { server, made: true };
      }
      throw new DriverError(
        `Server ${desired.name} is made and destroyed by others all the time. Try again later.`,
      );
    });
  }

  change(before: Server, desired: DesiredServer, context: ActContext): Promise<Server> {
    return explained(async () => {
      context.signal?.throwIfAborted();
      const folder = this.#paths(before.infra).server(before.name);
      const found = await readServer(folder);
      if (found?.server.id !== before.id) throw gone(before);
      const after: Server = { ...found.server, ...desired, changed_at: new Date().toISOString() };
      try {
        await writeServer(folder, after, { ...act('changed', context), before: found.server });
      } catch (error) {
        throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? gone(before) : error;
      }
      return after;
    });
  }

  destroy(infra: string, name: string, context: ActContext): Promise<Server | null> {
    return explained(async () => {
      context.signal?.throwIfAborted();
      const paths = this.#paths(infra);
      const found = await readServer(paths.server(name));
      if (!found) return null;
      await removeLeftovers(paths.servers);
      await mkdir(paths.destroyed, { recursive: true });
      // Written first: counts only once the server of that id is gone (see recall).
      await writeRecord(paths.tombstone(name), found.server, {
        ...act('destroyed', context),
        before: found.server,
      });
      const grave = paths.scratch('destroying');
      const ours = await moveFolder(paths.server(name), grave, paths.servers);
      await rm(grave, { recursive: true, force: true });
      return ours ? found.server : null;
    });
  }

  recall(infra: string, idempotencyKey: string): Promise<Change[]> {
    return explained(async () => {
      const paths = this.#paths(infra);
      const living = await this.#records(infra);
      const ids = new Set(living.map(({ server }) => server.id));
      const names = (await entriesOf(paths.destroyed)).filter((entry) => entry.endsWith('.json')).sort();
      const dead: ServerRecord[] = [];
      for (const name of names) {
        const record = await readRecord(paths.tombstone(name.slice(0, -'.json'.length)));
        if (record && !ids.has(record.server.id)) dead.push(record);
      }
      return [...dead, ...living]
        .filter(({ last_act }) => last_act.idempotency_key === idempotencyKey)
        .map(({ server, last_act: { action, before } }) => ({
          action,
          before,
          after: action === 'destroyed' ? null : server,
        }));
    });
  }

  #paths(infra: string): InfraPaths {
    return new InfraPaths(this.dataDir, infra);
  }

  async #records(infra: string): Promise<ServerRecord[]> {
    const paths = this.#paths(infra);
    const names = (await entriesOf(paths.servers)).filter((entry) => !entry.startsWith('.')).sort();
    const records: ServerRecord[] = [];
    for (const name of names) {
      const record = await readServer(paths.server(name));
      if (record) records.push(record);
    }
    return records;
  }

  /** @returns false if somebody else was faster */
  async #put(paths: InfraPaths, server: Server, context: ActContext): Promise<boolean> {
    const scratch = paths.scratch('making');
    try {
      await mkdir(scratch);
      await writeServer(scratch, server, { ...act('created', context), before: null });
      return await moveFolder(scratch, paths.server(server.name), paths.servers);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }
}

function describe(desired: DesiredServer): Server {
  const now = new Date().toISOString();
  return {
    ...desired,
    id: randomUUID(),
    driver: 'local',
    state: 'running',
    ip: documentationAddress(desired.infra, desired.name),
    made_at: now,
    changed_at: now,
    description: 'A record kept by the local driver for development: no real machine exists.',
  };
}

function act<A extends 'created' | 'changed' | 'destroyed'>(action: A, { idempotencyKey }: ActContext) {
  return { action, idempotency_key: idempotencyKey };
}

function gone({ name }: Server): DriverError {
  return new DriverError(
    `Server ${name} was destroyed or replaced by somebody else meanwhile. Run the command again.`,
  );
}
