import { constants, existsSync, lstatSync, mkdirSync, readdirSync, unlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { executorLog } from './log.js';

const MODE = 0o700;

/**
 * Folders for commands to run in, one at a time each. They are used again: to make and remove one for each command costs
 * more than to start it where a disk is busy.
 */
export class RunFolders {
  readonly #free: string[] = [];
  #made = 0;

  constructor(private readonly parent: string) {}

  /** An empty folder, for the caller alone until it is given back. */
  take(): string {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const folder = join(this.parent, String(++this.#made));
    mkdirSync(folder, { recursive: true, mode: MODE });
    return folder;
  }

  /** @param files that are probably all there is in it; commands may leave others, and many. */
  giveBack(folder: string, files: readonly string[]): void {
    if (isEmptied(folder, files)) this.#free.push(folder);
    else
      rm(folder, { recursive: true, force: true }).catch((error: unknown) =>
        executorLog('warn', 'the folder of a run could not be removed', { error: String(error) }),
      );
  }
}

/** Whether it is as it was made. A command may have done anything to it. */
function isEmptied(folder: string, files: readonly string[]): boolean {
  try {
    for (const file of files) if (existsSync(file)) unlinkSync(file);
    const { mode } = lstatSync(folder);
    return mode === (constants.S_IFDIR | MODE) && readdirSync(folder).length === 0;
  } catch {
    return false;
  }
}
