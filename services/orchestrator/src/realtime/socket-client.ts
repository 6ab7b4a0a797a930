import type { Duplex } from 'node:stream';
import { asFailure } from '@provisioning/http-kit';
import type { RawData, WebSocket } from 'ws';
import { CLOSING, type Closing } from './connections.js';
import type { Selection } from './event-batch.js';
import type { Sink } from './subscription.js';

const MAX_UNSENT = 1024 * 1024;
const DRAINED = 64 * 1024;
/** How long a client may take to answer a close, in milliseconds. */
const FAREWELL_MS = 5_000;
const BAD_MESSAGES = 5;
const MESSAGES = 50;
const MESSAGES_PER_MS = 10_000;
const BINARY = 1003;

/** One WebSocket. Events are written as prepared frames; `ws` does the rest. */
export class SocketClient implements Sink {
  #bad = 0;
  #messages = 0;
  #countingSince = 0;
  #hasAnswered = true;
  #farewell: NodeJS.Timeout | undefined;

  constructor(
    private readonly webSocket: WebSocket,
    private readonly socket: Duplex,
    private readonly sent: (events: number) => void,
    private readonly closing: (closing: Closing) => void,
  ) {
    webSocket.on('pong', () => (this.#hasAnswered = true));
    webSocket.on('error', () => undefined);
    webSocket.on('close', () => clearTimeout(this.#farewell));
  }

  send({ frames, events }: Selection): void {
    if (this.webSocket.readyState !== this.webSocket.OPEN) return;
    if (this.socket.writableLength > MAX_UNSENT) return this.close(CLOSING.tooSlow);
    this.socket.write(frames);
    this.sent(events.length);
  }

  /** Sends anything that is not an event. */
  say(message: object): void {
    if (this.webSocket.readyState !== this.webSocket.OPEN) return;
    if (this.socket.writableLength > MAX_UNSENT) return this.close(CLOSING.tooSlow);
    this.webSocket.send(JSON.stringify(message));
  }

  complain(error: unknown): void {
    const { message, code, details } = asFailure(error);
    this.say({ success: false, error: message, code, ...(details ? { details } : {}) });
  }

  drained(): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.webSocket.readyState === this.webSocket.OPEN && this.socket.writableLength > DRAINED) return;
        this.socket.off('drain', look);
        this.webSocket.off('close', look);
        resolve();
      };
      this.socket.on('drain', look);
      this.webSocket.on('close', look);
      look();
    });
  }

  /** Passes on text messages. A client that sends anything else, or too much, is closed. */
  onText(take: (text: string) => void): void {
    this.webSocket.on('message', (data: RawData, isBinary: boolean) => {
      const now = Date.now();
      if (now - this.#countingSince >= MESSAGES_PER_MS) {
        this.#countingSince = now;
        this.#messages = 0;
      }
      this.#messages += 1;
      if (this.#messages > MESSAGES) return this.close(CLOSING.badMessages);
      if (isBinary) return this.#close(BINARY, 'Messages must be text.');
      try {
        // Safe cast: ws passes a buffer unless another binary type is set.
        take((data as Buffer).toString());
      } catch (error) {
        this.complain(error);
        this.#bad += 1;
        if (this.#bad >= BAD_MESSAGES) this.close(CLOSING.badMessages);
      }
    });
  }

  /** A client that did not answer the last ping is gone. */
  ping(): void {
    if (!this.#hasAnswered) return this.webSocket.terminate();
    this.#hasAnswered = false;
    if (this.webSocket.readyState === this.webSocket.OPEN) this.webSocket.ping();
  }

  close(closing: Closing): void {
    if (this.webSocket.readyState !== this.webSocket.OPEN) return;
    this.closing(closing);
    this.#close(closing.code, closing.reason);
  }

  #close(code: number, reason: string): void {
    this.webSocket.close(code, reason);
    this.#farewell ??= setTimeout(() => this.webSocket.terminate(), FAREWELL_MS);
  }
}
