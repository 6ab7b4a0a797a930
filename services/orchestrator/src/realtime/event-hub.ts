import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '@provisioning/errors';
import type { Logger } from '@provisioning/runtime';
import type { EventFeedSource } from '../domain/event/event-feed.js';
import { EventBatch } from './event-batch.js';
import { newestPosition } from './newest-position.js';

const PAGE = 500;
/** Events that become known within this time, in milliseconds, are sent together. */
const GATHER_MS = 10;
/** The interval of polls while nothing happens, in milliseconds. */
const IDLE_MS = 40;
const PIECE_MS = 5;
const AWAY_MS = 500;
const START_WITHIN_MS = 5_000;

/** A client that follows events. */
export interface Follower {
  offer(batch: EventBatch): void;
}

/**
 * Reads the feed once for all clients of this process, while there are any. No wake-up is needed, because a poll is one
 * small statement.
 */
export class EventHub {
  readonly #followers = new Set<Follower>();
  #running: { position: number } | undefined;
  #starting: Promise<void> | undefined;
  #loop: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(
    private readonly openFeed: () => EventFeedSource,
    private readonly log: Logger,
    /** Called with the age of the newest of some events, in seconds. */
    private readonly lagged: (seconds: number) => void = () => undefined,
  ) {}

  /** Everything up to here was offered to the followers. Only valid with followers. */
  get position(): number {
    if (!this.#running) throw new Error('The event hub has no subscriber.');
    return this.#running.position;
  }

  /** From now on the follower is offered everything after {@link position}. */
  async attach(follower: Follower): Promise<void> {
    this.#followers.add(follower);
    try {
      while (!this.#running) {
        if (this.#closed) throw stopping();
        await (this.#starting ??= this.#start());
      }
    } catch (error) {
      this.#followers.delete(follower);
      throw error;
    }
  }

  detach(follower: Follower): void {
    this.#followers.delete(follower);
  }

  /** Offers no more events. Resolves when nothing is read any more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#followers.clear();
    await this.#starting?.catch(() => undefined);
    await this.#loop;
  }

  async #start(): Promise<void> {
    const feed = this.openFeed();
    try {
      const position = await newestPosition(feed, START_WITHIN_MS);
      this.#running = { position };
      this.#loop = this.#run(feed, this.#running);
    } finally {
      this.#starting = undefined;
    }
  }

  async #run(feed: EventFeedSource, running: { position: number }): Promise<void> {
    let away = false;
    // The first follower is about to be informed of the position.
    await sleep(0);
    while (this.#followers.size > 0 && !this.#closed) {
      let pause = IDLE_MS;
      try {
        const { events, position, more } = await feed.next(running.position, PAGE);
        await this.#offer(EventBatch.all(events), running);
        running.position = position;
        if (events.length > 0) this.lagged(Math.max(0, Date.now() - events.at(-1)!.at.getTime()) / 1000);
        if (events.length > 0 || more) pause = GATHER_MS;
        away = false;
      } catch (error) {
        if (!away) this.log.warn('events cannot be read', { error });
        away = true;
        pause = AWAY_MS;
      }
      await sleep(pause);
    }
    if (this.#running === running) this.#running = undefined;
  }

  /** Large amounts are sent in pieces, so that clients that keep up are never considered slow. */
  async #offer(batches: readonly EventBatch[], running: { position: number }): Promise<void> {
    for (const [index, batch] of batches.entries()) {
      if (index > 0) await sleep(PIECE_MS);
      running.position = batch.last;
      for (const follower of this.#followers) {
        try {
          follower.offer(batch);
        } catch (error) {
          // A follower that fails must not keep events from the others.
          this.log.warn('events could not be sent to a subscriber', { error });
        }
      }
    }
  }
}

function stopping(): Failure {
  return new Failure('unavailable', 'This process is about to stop. Connect again.', { retryAfter: 1 });
}
