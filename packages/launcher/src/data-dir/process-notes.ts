import { endRecorded, recordProcess } from '@provisioning/embedded';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const GRACE_MS = 5_000;

/** Records in the data directory which processes run, so that a start after a kill -9 can end those left over. */
export class ProcessNotes {
  readonly #folder: string;

  constructor(dataDir: string) {
    this.#folder = join(dataDir, 'run');
  }

  /** Ends the processes of an earlier run; resolves to their ids. */
  async endLeftovers(): Promise<number[]> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const notes = await readdir(this.#folder);
    const ended = await Promise.all(
      notes.map((note) => endRecorded(join(this.#folder, note), ['SIGTERM'], GRACE_MS)),
    );
    return ended.filter((pid) => pid !== null);
  }

  async add(name: string, pid: number): Promise<void> {
    await recordProcess(this.#file(name), pid);
  }

  async remove(name: string): Promise<void> {
    await rm(this.#file(name), { force: true });
  }

  #file(name: string): string {
    return join(this.#folder, `${name}.process`);
  }
}
