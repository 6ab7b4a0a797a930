import { keyOf, matches, type EventFilter } from '../domain/event/event-filter.js';
import type { RecordedEvent } from '../domain/event/recorded-event.js';
import { PreparedEvent } from './prepared-event.js';
import type { Reader } from '../domain/access/readable.js';
import type { Viewer } from '../domain/access/viewer.js';

/** The maximum size at once, which a reader that keeps up can receive easily. */
const BATCH_SIZE = 128 * 1024;

/** Events that are sent together, as one piece for any number of clients. */
export class Selection {
  #frames: Buffer | undefined;
  #blocks: string | undefined;

  constructor(readonly events: readonly PreparedEvent[]) {}

  /** Their frames, so that one write is enough. */
  get frames(): Buffer {
    return (this.#frames ??= Buffer.concat(this.events.map(({ frame }) => frame)));
  }

  /** Their blocks of a stream of server-sent events. */
  get blocks(): string {
    return (this.#blocks ??= this.events.map(({ block }) => block).join(''));
  }

  after(seq: number): Selection {
    return this.events.length === 0 || this.events[0]!.seq > seq
      ? this
      : new Selection(this.events.filter((event) => event.seq > seq));
  }
}

/** Events that became known at the same moment. */
export class EventBatch {
  readonly #all: Selection;
  readonly #chosen = new Map<Reader, Map<string, Selection | undefined>>();

  private constructor(private readonly events: readonly PreparedEvent[]) {
    this.#all = new Selection(events);
  }

  /** Batches that are small enough to be sent at once, in order. */
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

  /** The events for a client: chosen once for all clients with the same filter and the same audience. */
  for(viewer: Viewer, filter: EventFilter): Selection {
    const key = keyOf(filter);
    return this.#chosenFor(viewer.audience, filter, key) ?? this.#chosenFor(viewer, filter, key)!;
  }

  /** Undefined if it is unknown for one of the events whether the client may read it. */
  #chosenFor(reader: Reader, filter: EventFilter, key: string): Selection | undefined {
    const known = this.#chosen.get(reader) ?? new Map<string, Selection | undefined>();
    this.#chosen.set(reader, known);
    if (!known.has(key)) known.set(key, this.#choose(reader, filter));
    return known.get(key);
  }

  #choose(reader: Reader, filter: EventFilter): Selection | undefined {
    const chosen: PreparedEvent[] = [];
    for (const prepared of this.events) {
      if (!matches(filter, prepared.event)) continue;
      const may = reader.mayRead(prepared.subject);
      if (may === undefined) return undefined;
      if (may) chosen.push(prepared);
    }
    return chosen.length === this.events.length ? this.#all : new Selection(chosen);
  }
}
