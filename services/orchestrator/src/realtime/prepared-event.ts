import { publish, type PublishedEvent } from '../domain/event/published-event.js';
import type { RecordedEvent } from '../domain/event/recorded-event.js';
import { subjectOf, type EventSubject } from '../domain/event/event-subject.js';
import { textFrame } from './frame.js';

const ENVELOPE = 400;
/** As much at once as a reader who keeps up takes without trouble. */
const BATCH_SIZE = 128 * 1024;

/** An event on its way to many: written out once, whoever it goes to. */
export class PreparedEvent {
  readonly subject: EventSubject;
  /** About how many bytes it is. */
  readonly size: number;
  #json: string | undefined;
  #frame: Buffer | undefined;
  #block: string | undefined;

  private constructor(
    readonly seq: number,
    readonly event: PublishedEvent,
    recorded: RecordedEvent,
  ) {
    this.subject = subjectOf(recorded);
    this.size = ENVELOPE + (recorded.log?.text.length ?? 0);
  }

  /** Those of them that anybody is told of. */
  static all(recorded: readonly RecordedEvent[]): PreparedEvent[] {
    return recorded.flatMap((event) => {
      const published = publish(event);
      return published ? [new PreparedEvent(event.seq, published, event)] : [];
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

/** Events that become known in one moment. */
export class EventBatch {
  #frames: Buffer | undefined;

  private constructor(readonly events: readonly PreparedEvent[]) {}

  /** Batches that are not too large to be sent at once, in order. */
  static all(recorded: readonly RecordedEvent[]): EventBatch[] {
    const batches: PreparedEvent[][] = [];
    let size = BATCH_SIZE;
    for (const event of PreparedEvent.all(recorded)) {
      if (size + event.size > BATCH_SIZE) {
        batches.push([]);
        size = 0;
      }
      batches.at(-1)!.push(event);
      size += event.size;
    }
    return batches.map((events) => new EventBatch(events));
  }

  get last(): number {
    return this.events.at(-1)!.seq;
  }

  /** The frames of some of them in one piece, so that it is one write; for all of them the same piece. */
  framesOf(chosen: readonly PreparedEvent[]): Buffer {
    if (chosen.length !== this.events.length) return joined(chosen);
    return (this.#frames ??= joined(this.events));
  }
}

function joined(events: readonly PreparedEvent[]): Buffer {
  return events.length === 1 ? events[0]!.frame : Buffer.concat(events.map(({ frame }) => frame));
}
