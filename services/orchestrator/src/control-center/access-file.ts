import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { KeptAccess } from './access-state.js';

/** The last good policies and revocations in a file of the data directory; several processes may share it. */
export class AccessFile {
  constructor(private readonly path: string) {}

  /** Undefined where there is none, or none that can be read: then there is nothing to go on with. */
  async read(): Promise<KeptAccess | undefined> {
    try {
      return JSON.parse(await readFile(this.path, 'utf8')) as KeptAccess;
    } catch {
      return undefined;
    }
  }

  /** Whole or not at all: a process that dies meanwhile leaves the one before. */
  async write(kept: KeptAccess): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true });
    const draft = `${this.path}.${process.pid}.${randomBytes(4).toString('hex')}`;
    try {
      await writeFile(draft, JSON.stringify(kept), { mode: 0o600 });
      await rename(draft, this.path);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  }
}
