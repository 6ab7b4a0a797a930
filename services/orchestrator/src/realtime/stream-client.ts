import { CLOSING, type Closing } from './connections.js';
import type { Selection } from './event-batch.js';
import type { Sink } from './subscription.js';

const MAX_UNSENT = 1024 * 1024;

/** One stream of server-sent events: its reader takes piece after piece. */
export class StreamClient implements Sink, AsyncIterableIterator<string> {
  #pieces: string[] = [];
  #unsent = 0;
  #ended = false;
  #wake: (() => void) | undefined;
  #emptied: (() => void)[] = [];

  /** @param left called once, when it is over, whoever ended it */
  constructor(
    private readonly sent: (events: number) => void,
    private readonly closing: (closing: Closing) => void,
    private readonly left: () => void,
  ) {
    // Proxies pass on the beginning of an answer when there is something of it.
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

  /** For the reader's eyes, and so that proxies see that something goes on: clients skip it. */
  comment(text: string): void {
    if (!this.#ended) this.#push(`: ${text}\n\n`);
  }

  /** Anything that is no event of the platform. */
  tell(kind: 'missed' | 'error' | 'close', data: object): void {
    if (!this.#ended) this.#push(`event: ${kind}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  drained(): Promise<void> {
    if (this.#ended || this.#unsent === 0) return Promise.resolve();
    return new Promise((resolve) => this.#emptied.push(resolve));
  }

  /** The reason is an event of its own kind: `EventSource` connects again, and is told with a status then. */
  close(closing: Closing): void {
    if (this.#ended) return;
    this.closing(closing);
    this.tell('close', closing);
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

  /** The reader has gone. */
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
