import { codeOf } from '@provisioning/errors';
import { link, mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DriverError, type ActContext } from '../driver.js';
import { fullName, nounOf, type Change, type Desired, type Existing } from '../resource.js';
import { explained } from './explain-file-error.js';
import { syncFolder } from './folders.js';
import { actOf, changed, destruction, type LocalInfras } from './local-infra.js';
import type { InfraPaths } from './paths.js';
import { readRecord, writeRecord } from './record.js';

const MAX_RACES = 5;

/** Things that are stored in one file each: made by one `link`, removed by one `rename`. */
export class LocalFiles<K extends 'taskserv' | 'cluster'> {
  constructor(
    private readonly kind: K,
    private readonly infras: LocalInfras,
    private readonly makeFolder: (paths: InfraPaths, desired: Desired[K]) => Promise<void>,
  ) {}

  read(infra: string, name: string): Promise<Existing[K] | null> {
    return explained(async () => {
      const path = this.infras.paths(infra)[this.kind](name);
      return (await readRecord(path, this.kind))?.resource ?? null;
    });
  }

  create(resource: Existing[K], context: ActContext): Promise<{ resource: Existing[K]; made: boolean }> {
    return explained(async () => {
      context.signal?.throwIfAborted();
      const name = fullName(resource);
      const paths = await this.infras.prepare(resource.infra);
      const path = paths[this.kind](name);
      for (let race = 0; race < MAX_RACES; race++) {
        const existing = await readRecord(path, this.kind);
        if (existing) return { resource: existing.resource, made: false };
        await this.makeFolder(paths, resource);
        await this.infras.note(paths, context, this.kind, name);
        if (await this.#put(paths, path, resource, context)) return { resource, made: true };
      }
      throw new DriverError(
        `The ${nounOf(this.kind)} ${name} is being created and destroyed repeatedly by other processes. Try again later.`,
      );
    });
  }

  change(before: Existing[K], desired: Desired[K], context: ActContext): Promise<Existing[K]> {
    return explained(async () => {
      context.signal?.throwIfAborted();
      const name = fullName(before);
      const paths = this.infras.paths(before.infra);
      const path = paths[this.kind](name);
      const found = await readRecord(path, this.kind);
      if (found?.resource.id !== before.id) throw this.#gone(name);
      await this.infras.note(paths, context, this.kind, name);
      const after = changed<K>(found, desired, context);
      try {
        await writeRecord(path, this.kind, after);
      } catch (error) {
        throw codeOf(error) === 'ENOENT' ? this.#gone(name) : error;
      }
      return after.resource;
    });
  }

  destroy(existing: Existing[K], context: ActContext): Promise<Change[]> {
    return explained(async () => {
      context.signal?.throwIfAborted();
      const name = fullName(existing);
      const paths = await this.infras.prepare(existing.infra);
      const path = paths[this.kind](name);
      const found = await readRecord(path, this.kind);
      if (found?.resource.id !== existing.id) return [];
      await this.infras.note(paths, context, this.kind, name);
      await this.infras.storeTombstone(paths, this.kind, found.resource, context);
      const grave = paths.scratch('destroying');
      try {
        await rename(path, grave);
        await syncFolder(dirname(path));
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return [];
        throw error;
      } finally {
        await rm(grave, { force: true });
      }
      const last_act = actOf<K>('destroyed', found.resource, context);
      return destruction(this.kind, { resource: found.resource, last_act });
    });
  }

  /** @returns false if another process was faster, or the folder is gone */
  async #put(paths: InfraPaths, path: string, resource: Existing[K], context: ActContext): Promise<boolean> {
    const scratch = paths.scratch('making');
    try {
      await writeRecord(scratch, this.kind, { resource, last_act: actOf<K>('created', null, context) });
      await link(scratch, path);
      await syncFolder(dirname(path));
      return true;
    } catch (error) {
      const code = codeOf(error);
      if (code === 'EEXIST' || code === 'ENOENT') return false;
      throw error;
    } finally {
      await rm(scratch, { force: true });
    }
  }

  #gone(name: string): DriverError {
    return new DriverError(
      `The ${nounOf(this.kind)} ${name} was destroyed or replaced by another process in the meantime. Run the command again.`,
    );
  }
}

/** Makes one folder unless it exists. @returns false if its parent does not exist */
export async function makeOneFolder(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') return false;
    if (code !== 'EEXIST') throw error;
  }
  return true;
}
