import { codeOf } from '@provisioning/errors';
import { statSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ownerOfScratch } from './paths.js';

/** The entries of a folder; empty if it does not exist. */
export async function entriesOf(folder: string): Promise<string[]> {
  return (await ifThere(folder, () => readdir(folder))) ?? [];
}

/** The text of a file; null if it does not exist. */
export function readTextIfAny(path: string): Promise<string | null> {
  return ifThere(path, () => readFile(path, 'utf8'));
}

/**
 * Reads what may not exist. Every operation asks this driver about its names, most of which belong to other drivers, and
 * an asynchronous call that fails costs some 80 times as much as a synchronous look.
 */
async function ifThere<T>(path: string, read: () => Promise<T>): Promise<T | null> {
  if (!statSync(path, { throwIfNoEntry: false })) return null;
  try {
    return await read();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null; // removed since
    throw error;
  }
}

/** Renames a folder durably. @returns false if the old name does not exist or the new one does */
export async function moveFolder(from: string, to: string, parent: string): Promise<boolean> {
  try {
    await rename(from, to);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    throw error;
  }
  await syncFolder(parent);
  return true;
}

/** Makes new and renamed entries survive a power failure. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a folder and its parents for this user only: commands of batches must not read the records. */
export async function makeFolders(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

/** Removes the scratch files of killed processes. */
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
    return codeOf(error) !== 'ESRCH';
  }
}
