import { publish, type PublishedEvent } from '../domain/event/published-event.js';
import type { RecordedEvent } from '../domain/event/recorded-event.js';
import type { Readable } from '../domain/access/readable.js';
import { subjectOf } from '../domain/event/event-subject.js';
import { textFrame } from './frame.js';

const ENVELOPE = 400;

/** An event for many clients, which is serialized once. */
export class PreparedEvent {
  /** Its approximate size in bytes. */
  readonly size: number;
  #json: string | undefined;
  #frame: Buffer | undefined;
  #block: string | undefined;

  private constructor(
    readonly seq: number,
    readonly event: PublishedEvent,
    readonly subject: Readable,
    recorded: RecordedEvent,
  ) {
    this.size = ENVELOPE + (recorded.log?.text.length ?? 0);
  }

  /** The events that clients may receive. */
  static all(recorded: readonly RecordedEvent[]): PreparedEvent[] {
    return recorded.flatMap((event) => {
      const published = publish(event);
      const subject = subjectOf(event);
      return published && subject ? [new PreparedEvent(event.seq, published, subject, event)] : [];
    });
  }

  /** A frame of a WebSocket. */
  get frame(): Buffer {
    return (this.#frame ??= textFrame(this.#text()));
  }

  /** A block of a stream of server-sent events. */
  get block(): string {
    return (this.#block ??= `id: ${this.event.id}\ndata: ${this.#text()}\n\n`);
  }

  #text(): string {
    return (this.#json ??= JSON.stringify(this.event));
  }
}
