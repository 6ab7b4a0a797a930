import { codeOf } from '@provisioning/errors';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DesiredServer } from '../../settings/settings.js';
import { DriverError, type ActContext, type Collection, type Sighting, type Silence } from '../driver.js';
import type { Change, Server, Taskserv } from '../resource.js';
import { documentationAddress } from './documentation-address.js';
import { explained } from './explain-file-error.js';
import { entriesOf, moveFolder } from './folders.js';
import { actOf, changed, destruction, existsNow, type LocalInfras } from './local-infra.js';
import type { InfraPaths } from './paths.js';
import { readRecord, writeRecord } from './record.js';

const MAX_RACES = 5;

/** Each server has a folder, which is made and removed by one `rename` together with its task services. */
export class LocalServers implements Collection<'server'> {
  constructor(private readonly infras: LocalInfras) {}

  list(infra: string): Promise<Server[]> {
    return explained(async () => {
      const paths = this.infras.paths(infra);
      const names = (await entriesOf(paths.servers)).filter((entry) => !entry.startsWith('.')).sort();
      const servers: Server[] = [];
      for (const name of names) {
        const record = await readRecord(paths.server(name), 'server');
        if (record) servers.push(record.resource);
      }
      return servers;
    });
  }

  read(infra: string, name: string): Promise<Server | null> {
    return explained(async () => {
      const record = await readRecord(this.infras.paths(infra).server(name), 'server');
      return record?.resource ?? null;
    });
  }

  readAll(infra: string, names: readonly string[]): Promise<Sighting<'server'>> {
    return explained(async () => {
      const paths = this.infras.paths(infra);
      // All names are checked, including those that do not exist.
      const files = new Map(names.map((name) => [name, paths.server(name)]));
      const found: Server[] = [];
      const silent: Silence[] = [];
      for (const [name, file] of files) {
        try {
          const record = await readRecord(file, 'server');
          if (record) found.push(record.resource);
        } catch (error) {
          if (!(error instanceof DriverError)) throw error;
          silent.push({ server: name, reason: error.message });
        }
      }
      return { found, silent };
    });
  }

  create(desired: DesiredServer, context: ActContext): Promise<{ resource: Server; made: boolean }> {
    return explained(async () => {
      context.signal?.throwIfAborted();
      const { name, infra } = desired;
      const paths = await this.infras.prepare(infra);
      for (let race = 0; race < MAX_RACES; race++) {
        const existing = await readRecord(paths.server(name), 'server');
        if (existing) return { resource: existing.resource, made: false };
        await this.infras.note(paths, context, 'server', name);
        const resource: Server = {
          ...desired,
          ...existsNow(context),
          state: 'running',
          ip: documentationAddress(infra, name),
          description: 'A record kept by the local driver for development: no real machine exists.',
        };
        if (await this.#put(paths, resource, context)) return { resource, made: true };
      }
      throw new DriverError(
        `Server ${name} is being created and destroyed repeatedly by other processes. Try again later.`,
      );
    });
  }

  change(before: Server, desired: DesiredServer, context: ActContext): Promise<Server> {
    return explained(async () => {
      context.signal?.throwIfAborted();
      const paths = this.infras.paths(before.infra);
      const path = paths.server(before.name);
      const found = await readRecord(path, 'server');
      if (found?.resource.id !== before.id) throw gone(before);
      await this.infras.note(paths, context, 'server', before.name);
      const after = changed(found, desired, context);
      try {
        await writeRecord(path, 'server', after);
      } catch (error) {
        throw codeOf(error) === 'ENOENT' ? gone(before) : error;
      }
      return after.resource;
    });
  }

  destroy({ infra, name, id }: Server, context: ActContext): Promise<Change[]> {
    return explained(async () => {
      context.signal?.throwIfAborted();
      const paths = await this.infras.prepare(infra);
      const found = await readRecord(paths.server(name), 'server');
      if (found?.resource.id !== id) return [];
      const { resource } = found;
      await this.infras.note(paths, context, 'server', name);
      const taskservs = await taskservsIn(paths.taskservs(name));
      await this.infras.storeTombstone(paths, 'server', resource, context, { taskservs });
      const grave = paths.scratch('destroying');
      try {
        if (!(await moveFolder(paths.serverFolder(name), grave, paths.servers))) return [];
        // Read again when no process can add to them any more.
        const went = await taskservsIn(join(grave, 'taskservs'));
        const last_act = { ...actOf<'server'>('destroyed', resource, context), taskservs: went };
        return destruction('server', { resource, last_act });
      } finally {
        await rm(grave, { recursive: true, force: true });
      }
    });
  }

  /** @returns false if another process was faster */
  async #put(paths: InfraPaths, resource: Server, context: ActContext): Promise<boolean> {
    const scratch = paths.scratch('making');
    try {
      await mkdir(scratch);
      const last_act = actOf<'server'>('created', null, context);
      await writeRecord(join(scratch, 'server.json'), 'server', { resource, last_act });
      return await moveFolder(scratch, paths.serverFolder(resource.name), paths.servers);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }
}

/** The task services in a folder. */
export async function taskservsIn(folder: string): Promise<Taskserv[]> {
  const files = (await entriesOf(folder)).filter((entry) => entry.endsWith('.json')).sort();
  const taskservs: Taskserv[] = [];
  for (const file of files) {
    const record = await readRecord(join(folder, file), 'taskserv');
    if (record) taskservs.push(record.resource);
  }
  return taskservs;
}

function gone({ name }: Server): DriverError {
  return new DriverError(
    `Server ${name} was destroyed or replaced by another process in the meantime. Run the command again.`,
  );
}
