import { Failure } from '@provisioning/errors';
import type { Principal } from '@provisioning/http-kit';
import { matches, type EventFilter } from '../domain/event/event-filter.js';
import type { PublishedEvent } from '../domain/event/published-event.js';
import type { EventFeedSource, EventHistory } from '../domain/event/event-feed.js';
import type { EventHub } from './event-hub.js';
import { newestPosition } from './newest-position.js';
import { PreparedEvent } from './prepared-event.js';
import { Subscription } from './subscription.js';
import type { Viewers } from '../domain/access/viewer.js';

const PAGE = 1_000;
const SETTLE_WITHIN_MS = 2_000;

/** Which client follows, and from which position. */
export interface Follow {
  principal: Principal;
  ip: string;
  filter: EventFilter;
  after: number | undefined;
}

/** A subscription, and whether its history is complete. */
export interface Followed {
  subscription: Subscription;
  /** What is missing of the requested history. */
  missed: Failure | undefined;
  end: () => void;
}

/** Events for clients, for any transport. */
export class EventStreams {
  constructor(
    private readonly hub: EventHub,
    private readonly openFeed: () => EventFeedSource,
    private readonly history: EventHistory,
    private readonly viewers: Viewers,
  ) {}

  /** From now on no event is missed: connect the subscription to a sink, and `end` it. */
  async follow({ principal, ip, filter, after }: Follow): Promise<Followed> {
    const viewer = this.viewers.enter(principal, ip);
    const subscription = new Subscription(this.hub, this.history, viewer, filter);
    let over = false;
    const end = () => {
      if (over) return;
      over = true;
      subscription.end();
      this.viewers.leave(viewer);
    };
    try {
      const reach = await subscription.start(after);
      return { subscription, missed: reach === 'kept' ? undefined : missed(after, reach), end };
    } catch (error) {
      end();
      throw error;
    }
  }

  /** The events of the last hour, oldest first. */
  async list({ principal, ip, filter, after = 0 }: Follow): Promise<PublishedEvent[]> {
    const viewer = this.viewers.enter(principal, ip);
    try {
      const until = await newestPosition(this.openFeed(), SETTLE_WITHIN_MS);
      const found: PublishedEvent[] = [];
      for (let position = after; position < until && found.length < PAGE;) {
        const page = await this.history.between(position, until, PAGE);
        const chosen = PreparedEvent.all(page.events).filter(
          ({ event, subject }) => matches(filter, event) && viewer.mayRead(subject),
        );
        found.push(...chosen.map(({ event }) => event));
        position = page.position;
      }
      return found.slice(0, PAGE);
    } finally {
      this.viewers.leave(viewer);
    }
  }
}

function missed(after: number | undefined, reach: 'missed' | 'unknown'): Failure {
  return new Failure(
    'conflict',
    reach === 'missed'
      ? `Some events after ${after} are older than an hour and are not sent again. Read the state of the objects that you follow again.`
      : `There is no event ${after} here, so only new events are sent. Read the state of the objects that you follow again.`,
    { code: 'events_missed' },
  );
}
