import { join } from 'node:path';
import { ProcessLog } from './data-dir/process-log.js';
import type { Entry } from './terminal/severity.js';
import type { Terminal } from './terminal/terminal.js';

/** Destination of the lines of all processes: a file for each, and the terminal for what matters. */
export class Journal {
  readonly #folder: string;
  readonly #terminal: Terminal;
  readonly #logs = new Map<string, ProcessLog>();
  #quiet = false;

  constructor(dataDir: string, terminal: Terminal) {
    this.#folder = join(dataDir, 'logs');
    this.#terminal = terminal;
  }

  /** Returns the writer for one process; `read` determines the meaning of a line. */
  async writer<Args extends unknown[]>(
    name: string,
    read: (...args: [...Args, string]) => Entry,
  ): Promise<(...args: [...Args, string]) => void> {
    const log = this.#logs.get(name) ?? (await ProcessLog.open(this.#folder, name));
    this.#logs.set(name, log);
    return (...args) => {
      // Safe cast: the text comes last.
      log.write(args.at(-1) as string);
      if (!this.#quiet) this.#terminal.entry(name, read(...args));
    };
  }

  /** From now on only to the files: complaints of processes during shutdown help no user. */
  hush(): void {
    this.#quiet = true;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#logs.values()].map((log) => log.close()));
  }
}
