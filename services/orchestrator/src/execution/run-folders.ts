import { execFile, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmdirSync,
  unlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { toolEnvironment } from '@provisioning/process';
import { executorLog } from './log.js';
import type { CommandUser, ExecutorOptions } from './options.js';

const PRIVATE = 0o700;
/** Other users may pass through to their own folders, and neither list nor change it. */
const PASSABLE = 0o711;
const WORK = 'work';

/**
 * The folder of a run, with its output and reports, and the subfolder in which its command works. Only the subfolder
 * belongs to the command, which may run as another user.
 * @returns the path of the subfolder
 */
export function makeRunFolder(directory: string, user: CommandUser | undefined): string {
  const work = join(directory, WORK);
  makeFolder(directory, user ? PASSABLE : PRIVATE);
  makeFolder(work, PRIVATE);
  if (user) chownSync(work, user.uid, user.gid);
  return work;
}

/**
 * Makes the folders that contain the folders of runs, and replaces those of an earlier executor.
 * @returns the parents of the folders of runs, by user
 */
export function makeParents({
  stateDir,
  logDir,
  commandUser: user,
}: Pick<ExecutorOptions, 'stateDir' | 'logDir' | 'commandUser'>): { commands: string; programs: string } {
  const runs = join(stateDir, 'runs');
  const parents = { commands: join(runs, 'commands'), programs: join(runs, 'programs') };
  spawnSync('rm', ['-rf', '--', runs, logDir], { env: toolEnvironment(), stdio: 'ignore' });
  for (const folder of [stateDir, runs, parents.commands]) makeFolder(folder, user ? PASSABLE : PRIVATE);
  for (const folder of [parents.programs, logDir]) makeFolder(folder, PRIVATE);
  return parents;
}

/** Removes what {@link makeParents} has made, and its parent if that is empty. */
export function removeParents({ stateDir, logDir }: Pick<ExecutorOptions, 'stateDir' | 'logDir'>): void {
  spawnSync('rm', ['-rf', '--', stateDir, logDir], { env: toolEnvironment(), stdio: 'ignore' });
  try {
    rmdirSync(dirname(stateDir));
  } catch {
    // Usually the data directory, which contains more.
  }
}

/**
 * Folders in which commands run, one command at a time. They are reused: on a busy disk, making and removing a folder for
 * each command takes longer than starting the command.
 */
export class RunFolders {
  readonly #free: string[] = [];
  #made = 0;

  /**
   * @param logDir for the output of commands; it may be on another disk
   * @param user who runs the commands: folders are never shared between users
   */
  constructor(
    private readonly parent: string,
    private readonly logDir: string,
    readonly user: CommandUser | undefined,
  ) {}

  /** The file for the output of a folder's command. */
  outputPath(folder: string): string {
    return join(this.logDir, `${basename(this.parent)}-${basename(folder)}.log`);
  }

  /** An empty folder, for the caller only until it is released. */
  take(): string {
    return this.#free.pop() ?? join(this.parent, String(++this.#made));
  }

  /** @param files probably all files in it; commands may leave others, and many */
  giveBack(folder: string, files: readonly string[]): void {
    if (isEmptied(folder, files, this.user ? PASSABLE : PRIVATE)) this.#free.push(folder);
    else removeTree(folder);
  }
}

/** Whether it is in its original state. A command may have changed anything about it. */
function isEmptied(folder: string, files: readonly string[], mode: number): boolean {
  try {
    for (const file of files) if (existsSync(file)) unlinkSync(file);
    const work = join(folder, WORK);
    return (
      isFolder(folder, mode) &&
      isFolder(work, PRIVATE) &&
      readdirSync(work).length === 0 &&
      readdirSync(folder).length === 1
    );
  } catch {
    return false;
  }
}

function isFolder(path: string, mode: number): boolean {
  return lstatSync(path).mode === (constants.S_IFDIR | mode);
}

/**
 * Uses the system's `rm`, which never follows a link that replaces a folder during the removal. With the rights of root,
 * following a link of a command of the same user would remove other files.
 */
function removeTree(folder: string): void {
  execFile('rm', ['-rf', '--', folder], { env: toolEnvironment() }, (error) => {
    if (error) executorLog('warn', 'the folder of a run could not be removed', { error: error.message });
  });
}

/** A mode that does not depend on the umask. */
function makeFolder(path: string, mode: number): void {
  if (mkdirSync(path, { recursive: true, mode }) !== undefined || !isFolder(path, mode))
    chmodSync(path, mode);
}
