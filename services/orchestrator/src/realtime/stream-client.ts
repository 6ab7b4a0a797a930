import { CLOSING, type Closing } from './connections.js';
import type { Selection } from './event-batch.js';
import type { Sink } from './subscription.js';

const MAX_UNSENT = 1024 * 1024;

/** One stream of server-sent events. */
export class StreamClient implements Sink, AsyncIterableIterator<string> {
  #pieces: string[] = [];
  #unsent = 0;
  #ended = false;
  #wake: (() => void) | undefined;
  #emptied: (() => void)[] = [];

  /** @param left called once when the stream has ended, on either side */
  constructor(
    private readonly sent: (events: number) => void,
    private readonly closing: (closing: Closing) => void,
    private readonly left: () => void,
  ) {
    // Proxies pass on the start of an answer only when it has content.
    this.#push(': events follow\n\n');
  }

  get ended(): boolean {
    return this.#ended;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  send({ blocks, events }: Selection): void {
    if (this.#ended) return;
    this.#push(blocks);
    this.sent(events.length);
    if (this.#unsent > MAX_UNSENT) {
      this.#pieces = [];
      this.close(CLOSING.tooSlow);
    }
  }

  /** A comment that keeps the connection active for proxies; clients skip it. */
  comment(text: string): void {
    if (!this.#ended) this.#push(`: ${text}\n\n`);
  }

  /** Sends anything that is not an event of the platform. */
  notify(kind: 'missed' | 'error' | 'close', data: object): void {
    if (!this.#ended) this.#push(`event: ${kind}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  drained(): Promise<void> {
    if (this.#ended || this.#unsent === 0) return Promise.resolve();
    return new Promise((resolve) => this.#emptied.push(resolve));
  }

  /** The reason is an event of a separate kind: `EventSource` connects again and then receives a status. */
  close(closing: Closing): void {
    if (this.#ended) return;
    this.closing(closing);
    this.notify('close', closing);
    this.#end();
  }

  async next(): Promise<IteratorResult<string>> {
    while (this.#pieces.length === 0) {
      if (this.#ended) return { done: true, value: undefined };
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    const value = this.#pieces.join('');
    this.#pieces = [];
    this.#unsent = 0;
    for (const resolve of this.#emptied.splice(0)) resolve();
    return { done: false, value };
  }

  /** The reader has disconnected. */
  return(): Promise<IteratorResult<string>> {
    this.#pieces = [];
    this.#end();
    return Promise.resolve({ done: true, value: undefined });
  }

  #push(piece: string): void {
    this.#pieces.push(piece);
    this.#unsent += piece.length;
    this.#wake?.();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.left();
    this.#wake?.();
    for (const resolve of this.#emptied.splice(0)) resolve();
  }
}
