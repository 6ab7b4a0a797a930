import type { EventFilter } from '../domain/event/event-filter.js';
import type { EventHistory } from '../domain/event/event-feed.js';
import { EventBatch, type Selection } from './event-batch.js';
import type { EventHub, Follower } from './event-hub.js';

import type { Viewer } from '../domain/access/viewer.js';

const PAGE = 200;

/** Where somebody's events go. */
export interface Sink {
  send(selection: Selection): void;
  /** Resolves when what was sent is on its way; a history must not pile up. */
  drained(): Promise<void>;
}

/** Whether the history that was asked for is all there; `unknown`: there never was such an event. */
export type Reach = 'kept' | 'missed' | 'unknown';

/** What one client is told: what was before, then what happens, without a gap and nothing twice. */
export class Subscription implements Follower {
  filter: EventFilter;
  /** Everything up to here was told, or was nothing for him. */
  #position = 0;
  #sink: Sink | undefined;
  #ended = false;

  constructor(
    private readonly hub: EventHub,
    private readonly history: EventHistory,
    private readonly viewer: Viewer,
    filter: EventFilter,
  ) {
    this.filter = filter;
  }

  /**
   * From now on nothing is missed, though nothing is told before {@link tellTo}.
   * @param after the last event that he knows; undefined for what happens from now on
   */
  async start(after: number | undefined): Promise<Reach> {
    await this.hub.attach(this);
    const reach = after === undefined ? 'kept' : await this.history.reach(after);
    this.#position = after === undefined || reach === 'unknown' ? this.hub.position : after;
    return reach;
  }

  /** Tells what was before, then what happens. Resolves when he is told everything as it happens. */
  async tellTo(sink: Sink): Promise<void> {
    while (!this.#ended) {
      const until = this.hub.position;
      if (this.#position >= until) {
        this.#sink = sink;
        return;
      }
      const { events, position } = await this.history.between(this.#position, until, PAGE);
      for (const batch of EventBatch.all(events)) {
        if (this.#ended) return;
        this.#tell(batch, sink);
        await sink.drained();
      }
      this.#position = position;
    }
  }

  offer(batch: EventBatch): void {
    if (this.#sink) this.#tell(batch, this.#sink);
  }

  end(): void {
    this.#ended = true;
    this.#sink = undefined;
    this.hub.detach(this);
  }

  #tell(batch: EventBatch, sink: Sink): void {
    const selection = batch.for(this.viewer, this.filter).after(this.#position);
    this.#position = Math.max(this.#position, batch.last);
    if (selection.events.length > 0) sink.send(selection);
  }
}
