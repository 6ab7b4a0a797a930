import { statfsSync, type StatsFs } from 'node:fs';

/** Below this many bytes a program may be unable to print, because file systems reserve some space. */
const NEEDED = 64 * 1024;

/** The free space of a file system, as `statfs` reports it. */
type Room = Pick<StatsFs, 'bavail' | 'bsize' | 'files' | 'ffree'>;

const MAY_BE_MISSING =
  '[… lines may be missing from here on: the disk of the log is full, and programs cannot print …]';
const ROOM_AGAIN = '[… up to here: the disk of the log has free space again …]';
/** In the output of a task; its log has the places. */
const IN_OUTPUT = '[… lines may be missing here: the disk of the log was full, as the task’s log says …]\n';

/**
 * Whether the disk for the output of a command has room. A command writes directly into its file, so only the command
 * itself learns that a line could not be written, and few programs react. From outside, only the state of the disk is
 * visible.
 */
export class LogDisk {
  #full = false;
  #wasFull = false;
  readonly #notes: string[] = [];

  /** @param folder on that disk; it is checked when a command starts, which may print and end between two checks */
  constructor(
    private readonly folder: string,
    private readonly statfs: (path: string) => Room = statfsSync,
  ) {
    this.look();
  }

  /** Checks whether the disk is full now. */
  look(): void {
    const full = this.#isFull();
    if (full === this.#full) return;
    this.#full = full;
    this.#wasFull = true;
    this.#notes.push(full ? MAY_BE_MISSING : ROOM_AGAIN);
  }

  /** The lines for the log after the output so far: where the disk became full, or has room again. */
  readNotes(): string[] {
    this.look();
    return this.#notes.splice(0);
  }

  /** The note for the output; empty if the disk always had room. */
  get noteInOutput(): string {
    return this.#wasFull ? IN_OUTPUT : '';
  }

  #isFull(): boolean {
    try {
      const { bavail, bsize, files, ffree } = this.statfs(this.folder);
      // Some file systems create inodes on demand, and count none.
      return bavail * bsize < NEEDED || (files > 0 && ffree === 0);
    } catch {
      return false;
    }
  }
}
