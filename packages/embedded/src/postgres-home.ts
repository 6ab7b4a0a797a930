import { createHash } from 'node:crypto';
import { access, chmod, chown, lstat, mkdir, readFile, realpath, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedError } from './embedded-error.js';
import { canReach } from './system-user.js';
import type { SystemUser } from './system-user.js';

/**
 * Locations outside the data directory, best first: the system does not clean the first, and the second exists
 * everywhere.
 */
const OUTSIDE = ['/var/lib', '/var/tmp'];
const NOTE = 'postgres-location.json';

/**
 * Returns the folder of the Postgres cluster of `dataDir`: `<dataDir>/postgres`, unless this process is root and the
 * unprivileged user has no access to it (a checkout below a private home). Then it is a separate folder, named after
 * the data directory, and a note in the data directory names it.
 */
export async function postgresHome(dataDir: string, user: SystemUser | undefined): Promise<string> {
  const real = await realpath(dataDir);
  const inside = join(real, 'postgres');
  if (user === undefined || (await exists(inside)) || (await canReach(user, inside))) {
    if (user !== undefined && !(await canReach(user, inside))) throw unreachable(inside);
    return owned(inside, user);
  }
  const home = await outsideHome(real);
  await adoptMoved(real, home);
  await owned(home, user);
  const note = { dataDir: real, postgres: home, why: 'started as root, and the data directory is private' };
  await writeFile(join(real, NOTE), `${JSON.stringify(note, null, 2)}\n`, { mode: 0o600 });
  return home;
}

async function outsideHome(dataDir: string): Promise<string> {
  const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  for (const place of OUTSIDE) {
    const parent = join(place, 'provisioning');
    const usable = await lstat(place)
      .then(() => mkdir(parent, { recursive: true, mode: 0o755 }))
      .then(() => lstat(parent))
      // Any user may create folders in /var/tmp: a folder that root does not own is not trusted.
      .then((found) => found.isDirectory() && found.uid === 0 && (found.mode & 0o022) === 0)
      .catch(() => false);
    if (usable) return join(parent, name);
  }
  throw new EmbeddedError(
    `The data directory ${dataDir} is private to root, Postgres cannot run as root, and neither ${OUTSIDE.join(' nor ')} can hold its data. ` +
      'Set PROVISIONING_DATA_DIR to a folder that other users can pass through, or DATABASE_URL.',
  );
}

/** A data directory that was moved keeps its cluster; a copied one starts a new cluster. */
async function adoptMoved(dataDir: string, home: string): Promise<void> {
  const text = await readFile(join(dataDir, NOTE), 'utf8').catch(() => '{}');
  // Safe cast: this module wrote the note; members that it lacks are handled below.
  const note = JSON.parse(text) as { dataDir?: string; postgres?: string };
  if (note.postgres === undefined || note.dataDir === undefined || note.dataDir === dataDir) return;
  if ((await exists(note.dataDir)) || (await exists(home)) || !(await exists(note.postgres))) return;
  await rename(note.postgres, home);
}

async function owned(folder: string, user: SystemUser | undefined): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  if (user !== undefined) await chown(folder, user.uid, user.gid);
  return folder;
}

function unreachable(folder: string): EmbeddedError {
  return new EmbeddedError(
    `Postgres does not run as root, and the user it runs as cannot get to its data in ${folder}: a folder above is private. ` +
      'Let others pass through that folder again (chmod o+x), or start as an ordinary user.',
  );
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
