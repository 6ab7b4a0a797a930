import { errorOf } from '@provisioning/errors';
import type { Socket } from 'node:net';
import { sendLine } from '@provisioning/process';
import { DriverError } from '../drivers/driver.js';
import type { DriverSet } from '../drivers/driver-set.js';
import type { SettingsSource } from '../operations/index.js';
import { LineSplitter } from '../line-splitter.js';
import { parseMessage } from './parse-message.js';
import { MAX_HOST_LINE_BYTES, type FromDriverHost, type RunMessage } from './protocol.js';
import { runOperation } from './run-operation.js';

interface Running {
  abort: AbortController;
  ended: Promise<void>;
  /** Intents that are being stored, by number. */
  intents: Map<number, { resolve: () => void; reject: (reason: Error) => void }>;
}

/** Runs any number of operations at once for the executor at the other end of a connection. */
export class DriverHost {
  readonly #running = new Map<string, Running>();
  readonly #lines = new LineSplitter(MAX_HOST_LINE_BYTES);
  #fault: Error | undefined;

  constructor(
    private readonly socket: Socket,
    private readonly drivers: DriverSet,
    private readonly settings: SettingsSource,
  ) {}

  /** Serves until the connection ends. @returns why, if a message was not valid */
  async serve(): Promise<Error | undefined> {
    const closed = new Promise<void>((resolve) => this.socket.once('close', () => resolve()));
    // The reason does not matter: the end of the connection ends the host.
    this.socket.on('error', () => {});
    this.socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#send({ type: 'hello', pid: process.pid });
    await closed;
    return this.#fault;
  }

  /** Aborts everything, and waits until the acts that have started are finished. */
  async stop(): Promise<void> {
    const all = [...this.#running.values()];
    for (const { abort, intents } of all) {
      abort.abort();
      // The connection is closed, so these intents are not stored: their acts must not start.
      for (const { reject } of intents.values())
        reject(new DriverError('The connection to the executor was lost.'));
    }
    await Promise.all(all.map(({ ended }) => ended));
  }

  #receive(chunk: Buffer): void {
    try {
      for (const line of this.#lines.push(chunk)) this.#handle(line);
    } catch (error) {
      this.#fault = errorOf(error);
      this.socket.destroy();
    }
  }

  #handle(line: string): void {
    const message = parseMessage(line);
    if (!message) throw new Error(`unknown message: ${JSON.stringify(line.slice(0, 200))}`);
    if (message.type === 'cancel') this.#running.get(message.id)?.abort.abort();
    else if (message.type === 'intended')
      this.#running.get(message.id)?.intents.get(message.number)?.resolve();
    else if (this.#running.has(message.id)) throw new Error(`${message.id} is running already`);
    else this.#start(message);
  }

  #start(message: RunMessage): void {
    const abort = new AbortController();
    const intents: Running['intents'] = new Map();
    const stored = (number: number) =>
      new Promise<void>((resolve, reject) => {
        intents.set(number, { resolve, reject });
      }).finally(() => intents.delete(number));
    const ended = runOperation(
      message,
      { drivers: this.drivers, settings: this.settings },
      abort.signal,
      (reply) => this.#send(reply),
      stored,
    ).then((last) => {
      this.#running.delete(message.id);
      this.#send(last);
    });
    this.#running.set(message.id, { abort, ended, intents });
  }

  #send(message: FromDriverHost): void {
    sendLine(this.socket, message);
  }
}
