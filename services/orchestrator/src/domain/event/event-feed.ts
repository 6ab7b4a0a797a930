import type { EventPage } from './recorded-event.js';

/** Reads the recorded events in their order, for one reader. */
export interface EventFeedSource {
  /** The next events. @param after number of the last event that was read */
  next(after: number, limit: number): Promise<EventPage>;
  /** The position of a reader that wants new events only. */
  newest(signal?: AbortSignal): Promise<number>;
}

/** Events of the last hour, for clients that reconnect. */
export interface EventHistory {
  /** Events with numbers above `after`, up to and including `until`, in order. All of these numbers are settled. */
  between(after: number, until: number, limit: number): Promise<EventPage>;
  /** Whether all events after a number are kept. `missed`: some are not; `unknown`: the number was never assigned. */
  reach(after: number): Promise<'kept' | 'missed' | 'unknown'>;
}
