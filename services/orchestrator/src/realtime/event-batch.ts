import { keyOf, matches, type EventFilter } from '../domain/event/event-filter.js';
import type { RecordedEvent } from '../domain/event/recorded-event.js';
import { PreparedEvent } from './prepared-event.js';
import type { Reader } from '../domain/access/readable.js';
import type { Viewer } from '../domain/access/viewer.js';

/** As much at once as a reader who keeps up takes without trouble. */
const BATCH_SIZE = 128 * 1024;

/** Events that go out together, in one piece for however many they go to. */
export class Selection {
  #frames: Buffer | undefined;
  #blocks: string | undefined;

  constructor(readonly events: readonly PreparedEvent[]) {}

  /** Their frames, so that it is one write. */
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

/** Events that become known in one moment. */
export class EventBatch {
  readonly #all: Selection;
  readonly #chosen = new Map<Reader, Map<string, Selection | undefined>>();

  private constructor(private readonly events: readonly PreparedEvent[]) {
    this.#all = new Selection(events);
  }

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

  /** What of it somebody is told: chosen once for all who want the same and may read the same. */
  for(viewer: Viewer, filter: EventFilter): Selection {
    const key = keyOf(filter);
    return this.#chosenFor(viewer.audience, filter, key) ?? this.#chosenFor(viewer, filter, key)!;
  }

  /** Undefined where it is not known of one of the events whether the reader may read it. */
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
