import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ownerOfScratch } from './paths.js';

/** Entries of a folder; none if it does not exist. */
export async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Renames a folder, durably. @returns false if the old name is gone or the new one is taken */
export async function moveFolder(from: string, to: string, parent: string): Promise<boolean> {
  try {
    await rename(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    throw error;
  }
  await syncFolder(parent);
  return true;
}

/** Makes new and renamed entries survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a folder and those above it, for our user alone: commands of batches are not to read what is recorded. */
export async function makeFolders(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

/** Removes what killed runs have left behind. */
export async function removeLeftovers(servers: string): Promise<void> {
  await makeFolders(servers);
  for (const entry of await entriesOf(servers)) {
    const owner = ownerOfScratch(entry);
    if (owner !== undefined && !isAlive(owner)) {
      await rm(join(servers, entry), { recursive: true, force: true });
    }
  }
}

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
