import { statfsSync, type StatsFs } from 'node:fs';

/** With less than this, a program that prints may not be able to: file systems keep some for themselves. In bytes. */
const NEEDED = 64 * 1024;

/** What is left of a file system, as `statfs` says. */
type Room = Pick<StatsFs, 'bavail' | 'bsize' | 'files' | 'ffree'>;

const MAY_BE_MISSING =
  '[… lines may be missing from here on: the disk of the log is full, and programs cannot print …]';
const ROOM_AGAIN = '[… up to here: the disk of the log has room again …]';
/** In the output of a task, whose log has the places. */
const IN_OUTPUT = '[… lines may be missing here: the disk of the log was full, as the task’s log says …]\n';

/**
 * Whether the disk that a command prints to has room. A command writes into its file without anybody in between, so the
 * kernel tells the command alone that a line had no room, and few programs care: all that can be seen from outside is
 * that the disk is full, and since when.
 */
export class LogDisk {
  #full = false;
  #wasFull = false;
  readonly #notes: string[] = [];

  /** @param folder on that disk; it is looked at when a command starts, since one may print and end between two looks */
  constructor(
    private readonly folder: string,
    private readonly statfs: (path: string) => Room = statfsSync,
  ) {
    this.look();
  }

  /** Sees whether the disk is full now. */
  look(): void {
    const full = this.#isFull();
    if (full === this.#full) return;
    this.#full = full;
    this.#wasFull = true;
    this.#notes.push(full ? MAY_BE_MISSING : ROOM_AGAIN);
  }

  /** The lines that the log is to have after what was printed so far: where the disk became full, or has room again. */
  readNotes(): string[] {
    this.look();
    return this.#notes.splice(0);
  }

  /** What the output is to say; empty where the disk always had room. */
  get noteInOutput(): string {
    return this.#wasFull ? IN_OUTPUT : '';
  }

  #isFull(): boolean {
    try {
      const { bavail, bsize, files, ffree } = this.statfs(this.folder);
      // Some file systems make inodes as they need them, and count none.
      return bavail * bsize < NEEDED || (files > 0 && ffree === 0);
    } catch {
      return false;
    }
  }
}
