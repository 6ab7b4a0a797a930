import type { EventFilter } from '../domain/event/event-filter.js';
import type { EventHistory } from '../domain/event/event-feed.js';
import { EventBatch, type Selection } from './event-batch.js';
import type { EventHub, Follower } from './event-hub.js';

import type { Viewer } from '../domain/access/viewer.js';

const PAGE = 200;

/** The receiver of a client's events. */
export interface Sink {
  send(selection: Selection): void;
  /** Resolves when the sent data has left; a history must not accumulate in memory. */
  drained(): Promise<void>;
}

/** Whether the requested history is complete; `unknown`: an event of this number never existed. */
export type Reach = 'kept' | 'missed' | 'unknown';

/** The events for one client: the history, then new events, without gaps and without repetitions. */
export class Subscription implements Follower {
  filter: EventFilter;
  /** Everything up to here was sent to the client, or was not for it. */
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
   * From now on no event is missed, although none is sent before {@link sendTo}.
   * @param after the last event that the client has; undefined for new events only
   */
  async start(after: number | undefined): Promise<Reach> {
    await this.hub.attach(this);
    const reach = after === undefined ? 'kept' : await this.history.reach(after);
    this.#position = after === undefined || reach === 'unknown' ? this.hub.position : after;
    return reach;
  }

  /** Sends the history, then new events. Resolves when the client receives events as they happen. */
  async sendTo(sink: Sink): Promise<void> {
    while (!this.#ended) {
      const until = this.hub.position;
      if (this.#position >= until) {
        this.#sink = sink;
        return;
      }
      const { events, position } = await this.history.between(this.#position, until, PAGE);
      for (const batch of EventBatch.all(events)) {
        if (this.#ended) return;
        this.#send(batch, sink);
        await sink.drained();
      }
      this.#position = position;
    }
  }

  offer(batch: EventBatch): void {
    if (this.#sink) this.#send(batch, this.#sink);
  }

  end(): void {
    this.#ended = true;
    this.#sink = undefined;
    this.hub.detach(this);
  }

  #send(batch: EventBatch, sink: Sink): void {
    const selection = batch.for(this.viewer, this.filter).after(this.#position);
    this.#position = Math.max(this.#position, batch.last);
    if (selection.events.length > 0) sink.send(selection);
  }
}
