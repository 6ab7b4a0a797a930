import { toolEnvironment } from '@provisioning/process';
import { execFile } from 'node:child_process';
import { lstat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedError } from './embedded-error.js';

const run = promisify(execFile);

/** The user that a server runs as, in the form that `spawn` accepts. */
export interface SystemUser {
  uid: number;
  gid: number;
}

const CANDIDATES = ['postgres', 'nobody'];

/**
 * Returns the unprivileged user for Postgres when this process is root, which Postgres refuses; undefined otherwise.
 * @throws EmbeddedError when the system has none of the known users.
 */
export async function unprivilegedUser(): Promise<SystemUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of CANDIDATES) {
    const ids = await Promise.all([numericId('-u', name), numericId('-g', name)]);
    if (ids[0] !== undefined && ids[1] !== undefined && ids[0] !== 0) return { uid: ids[0], gid: ids[1] };
  }
  throw new EmbeddedError(
    `Postgres does not run as root, and this system has no user called ${CANDIDATES.join(' or ')}. ` +
      'Create one (useradd --system postgres), start as an ordinary user, or set DATABASE_URL.',
  );
}

/** Whether `user` can reach `directory`: every folder above it must admit that user. */
export async function canReach(user: SystemUser, directory: string): Promise<boolean> {
  for (let folder = dirname(resolve(directory)); ; folder = dirname(folder)) {
    const { mode, uid, gid } = await lstat(folder);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

async function numericId(flag: '-u' | '-g', name: string): Promise<number | undefined> {
  const { stdout } = await run('id', [flag, name], { env: toolEnvironment() }).catch(() => ({ stdout: '' }));
  return /^\d+$/.test(stdout.trim()) ? Number(stdout) : undefined;
}
