import { execFile } from 'node:child_process';
import { access, chown, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { keptSecret } from './kept-secret.js';
import type { PostgresBinaries } from './postgres-binaries.js';
import { postgresFailure } from './postgres-failure.js';
import type { Log } from './server-process.js';
import type { SystemUser } from './system-user.js';

const run = promisify(execFile);
export const SUPERUSER = 'provisioning';

/** Where a cluster is created, and for which user. */
export interface ClusterOptions {
  /** File with the password. */
  dataDir: string;
  /** Folder of the cluster. */
  home: string;
  binaries: PostgresBinaries;
  user: SystemUser | undefined;
  log: Log;
}

/** Returns the cluster's folder and its superuser's password; the first call creates both. */
export async function postgresCluster(
  options: ClusterOptions,
): Promise<{ directory: string; password: string }> {
  const { dataDir, home, log } = options;
  const directory = join(home, 'data');
  const { secret: password, fresh } = await keptSecret(join(dataDir, 'postgres-password'));
  const there = await access(join(directory, 'PG_VERSION')).then(
    () => true,
    () => false,
  );
  if (!there) {
    log('creating the database cluster');
    await initialise(options, directory, password);
  } else if (fresh) {
    log('the password file was missing: the database gets a new password');
    await resetPassword(options, directory, password);
  }
  return { directory, password };
}

async function initialise(options: ClusterOptions, directory: string, password: string): Promise<void> {
  const { binaries, home, user } = options;
  // Renamed when complete: a run that is killed must not leave a partial cluster.
  const draft = `${directory}.new`;
  const passwordFile = join(home, 'initial-password');
  await rm(draft, { recursive: true, force: true });
  try {
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    if (user !== undefined) await chown(passwordFile, user.uid, user.gid);
    const args = [`--pgdata=${draft}`, `--username=${SUPERUSER}`, `--pwfile=${passwordFile}`];
    await run(
      binaries.initdb,
      [
        ...args,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--locale=C',
        '--lc-messages=C',
      ],
      { ...user, cwd: home, env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' } },
    );
  } catch (error) {
    throw await postgresFailure('could not create its database files', said(error), home);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(draft, directory);
}

/** Single-user mode needs no password, only access to the files. */
async function resetPassword(options: ClusterOptions, directory: string, password: string): Promise<void> {
  const { binaries, home, user } = options;
  const started = run(binaries.postgres, ['--single', '-D', directory, 'postgres'], {
    ...user,
    cwd: home,
    env: { LC_ALL: 'C' },
  });
  started.child.stdin?.end(`ALTER ROLE ${SUPERUSER} PASSWORD '${password}';\n`);
  try {
    await started;
  } catch (error) {
    throw await postgresFailure('could not be given a new password', said(error), home);
  }
}

function said(error: unknown): string {
  // Safe cast: execFile rejects with such errors.
  const { stderr, message } = error as Error & { stderr?: string };
  return stderr?.trim() || message;
}
