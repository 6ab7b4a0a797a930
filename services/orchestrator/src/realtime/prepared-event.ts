import { publish, type PublishedEvent } from '../domain/event/published-event.js';
import type { RecordedEvent } from '../domain/event/recorded-event.js';
import type { Readable } from '../domain/access/readable.js';
import { subjectOf } from '../domain/event/event-subject.js';
import { textFrame } from './frame.js';

const ENVELOPE = 400;

/** An event on its way to many: written out once, whoever it goes to. */
export class PreparedEvent {
  /** About how many bytes it is. */
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

  /** Those of them that clients may receive. */
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
