import type { Socket } from 'node:net';
import type { DriverSet } from '../drivers/driver-set.js';
import { LineSplitter } from './lines.js';
import { parseMessage } from './parse-message.js';
import { MAX_HOST_LINE_BYTES, type FromDriverHost, type RunMessage } from './protocol.js';
import { runOperation } from './run-operation.js';

/** Runs operations for the executor at the other end of a connection, any number at once. */
export class DriverHost {
  readonly #running = new Map<string, { abort: AbortController; ended: Promise<void> }>();
  readonly #lines = new LineSplitter(MAX_HOST_LINE_BYTES);
  #fault: Error | undefined;

  constructor(
    private readonly socket: Socket,
    private readonly drivers: DriverSet,
  ) {}

  /** Serves until the connection ends. @returns what ended it, if it was rubbish on the line */
  async serve(): Promise<Error | undefined> {
    const closed = new Promise<void>((resolve) => this.socket.once('close', () => resolve()));
    // The end of the connection is what counts, whatever the reason.
    this.socket.on('error', () => {});
    this.socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#tell({ type: 'hello', pid: process.pid });
    await closed;
    return this.#fault;
  }

  /** Aborts everything, and waits for what was begun to be finished. */
  async stop(): Promise<void> {
    const all = [...this.#running.values()];
    for (const { abort } of all) abort.abort();
    await Promise.all(all.map(({ ended }) => ended));
  }

  #receive(chunk: Buffer): void {
    try {
      for (const line of this.#lines.push(chunk)) this.#obey(line);
    } catch (error) {
      this.#fault = error as Error;
      this.socket.destroy();
    }
  }

  #obey(line: string): void {
    const message = parseMessage(line);
    if (!message) throw new Error(`no executor says this: ${JSON.stringify(line.slice(0, 200))}`);
    if (message.type === 'cancel') this.#running.get(message.id)?.abort.abort();
    else if (this.#running.has(message.id)) throw new Error(`${message.id} is running already`);
    else this.#start(message);
  }

  #start(message: RunMessage): void {
    const abort = new AbortController();
    const ended = runOperation(message, this.drivers, abort.signal, (told) => this.#tell(told)).then(
      (last) => {
        this.#running.delete(message.id);
        this.#tell(last);
      },
    );
    this.#running.set(message.id, { abort, ended });
  }

  #tell(message: FromDriverHost): void {
    if (this.socket.writable) this.socket.write(`${JSON.stringify(message)}\n`);
  }
}
