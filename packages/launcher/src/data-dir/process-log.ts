import { createWriteStream } from 'node:fs';
import type { WriteStream } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';

const KEPT = 5;

/** The log file of one process; each start of the platform begins a new one and keeps the last five. */
export class ProcessLog {
  readonly #stream: WriteStream;

  private constructor(stream: WriteStream) {
    this.#stream = stream;
    // A full disk must not end the supervisor: lines are lost, the processes continue.
    stream.on('error', () => undefined);
  }

  static async open(folder: string, name: string): Promise<ProcessLog> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = (age: number): string => join(folder, age === 0 ? `${name}.log` : `${name}.${age}.log`);
    for (let age = KEPT - 1; age > 0; age -= 1) {
      await rename(file(age - 1), file(age)).catch(() => undefined);
    }
    return new ProcessLog(createWriteStream(file(0), { flags: 'a', mode: 0o600 }));
  }

  write(line: string): void {
    this.#stream.write(`${line}\n`);
  }

  async close(): Promise<void> {
    if (this.#stream.destroyed) return;
    this.#stream.end();
    await once(this.#stream, 'close').catch(() => undefined);
  }
}
