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
/** Others may pass through, to what is theirs in there, and neither list nor change it. */
const PASSABLE = 0o711;
const WORK = 'work';

/**
 * The folder of a run, where its output and reports are kept, and in it the one that its command works in: that alone is the
 * command's, who may be another user.
 * @returns the path of the folder to work in
 */
export function makeRunFolder(directory: string, user: CommandUser | undefined): string {
  const work = join(directory, WORK);
  makeFolder(directory, user ? PASSABLE : PRIVATE);
  makeFolder(work, PRIVATE);
  if (user) chownSync(work, user.uid, user.gid);
  return work;
}

/**
 * Makes the folders that runs have their folders in, in place of those of an earlier executor.
 * @returns the parents of the folders of runs, by who runs there
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

/** Removes what {@link makeParents} has made, and a folder that holds nothing else. */
export function removeParents({ stateDir, logDir }: Pick<ExecutorOptions, 'stateDir' | 'logDir'>): void {
  spawnSync('rm', ['-rf', '--', stateDir, logDir], { env: toolEnvironment(), stdio: 'ignore' });
  try {
    rmdirSync(dirname(stateDir));
  } catch {
    // Usually the data directory, which holds more.
  }
}

/**
 * Folders for commands to run in, one at a time each. They are used again: to make and remove one for each command costs
 * more than to start it where a disk is busy.
 */
export class RunFolders {
  readonly #free: string[] = [];
  #made = 0;

  /**
   * @param logDir for what the commands print, which may be on another disk
   * @param user who runs the commands: of their folders, no other ever gets one.
   */
  constructor(
    private readonly parent: string,
    private readonly logDir: string,
    readonly user: CommandUser | undefined,
  ) {}

  /** Where what is printed by the command of a folder goes. */
  outputPath(folder: string): string {
    return join(this.logDir, `${basename(this.parent)}-${basename(folder)}.log`);
  }

  /** An empty folder, for the caller alone until it is given back. */
  take(): string {
    return this.#free.pop() ?? join(this.parent, String(++this.#made));
  }

  /** @param files that are probably all there is in it; commands may leave others, and many. */
  giveBack(folder: string, files: readonly string[]): void {
    if (isEmptied(folder, files, this.user ? PASSABLE : PRIVATE)) this.#free.push(folder);
    else removeTree(folder);
  }
}

/** Whether it is as it was made. A command may have done anything to it. */
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
 * By the system's `rm`, which never follows a link that another command of the same user puts into the place of a folder
 * while it is being removed: with the rights of root, that would remove what is elsewhere.
 */
function removeTree(folder: string): void {
  execFile('rm', ['-rf', '--', folder], { env: toolEnvironment() }, (error) => {
    if (error) executorLog('warn', 'the folder of a run could not be removed', { error: error.message });
  });
}

/** A mode that no umask changes. */
function makeFolder(path: string, mode: number): void {
  if (mkdirSync(path, { recursive: true, mode }) !== undefined || !isFolder(path, mode))
    chmodSync(path, mode);
}
