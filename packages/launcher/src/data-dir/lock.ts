import { Failure } from '@provisioning/errors';
import { recordProcess, recordedProcess } from '@provisioning/embedded';
import { link, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ignoreMissing } from './ignore-missing.js';

/**
 * Locks the data directory for this process; the lock of a killed run is taken over.
 * @returns the function that releases it.
 * @throws Failure `conflict` while another run holds it.
 */
export async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  const file = join(dataDir, 'launcher.lock');
  const own = `${file}.${process.pid}.own`;
  await recordProcess(own, process.pid);
  try {
    while (!(await linked(own, file))) {
      await refuseIfAlive(dataDir, file);
      // Moved, then read again: two concurrent starts may both find it stale, and one may have acquired it since.
      const stale = `${file}.${process.pid}.stale`;
      await rename(file, stale).catch(ignoreMissing);
      if ((await recordedProcess(stale)) !== null) {
        await linked(stale, file);
        await refuseIfAlive(dataDir, file);
      }
      await rm(stale, { force: true });
    }
  } finally {
    await rm(own, { force: true });
  }
  return () => rm(file, { force: true });
}

async function refuseIfAlive(dataDir: string, file: string): Promise<void> {
  const other = await recordedProcess(file);
  if (other === null) return;
  throw new Failure(
    'conflict',
    `The platform is already running on ${dataDir} (process ${other.pid}). ` +
      `Stop it with Ctrl-C or "kill ${other.pid}", or start this one with another PROVISIONING_DATA_DIR and other ports.`,
  );
}

async function linked(from: string, to: string): Promise<boolean> {
  return link(from, to).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
}
