import type { EventPage } from './recorded-event.js';

/** The recorded events in their one order, for one reader. */
export interface EventFeedSource {
  next(after: number, limit: number): Promise<EventPage>;
  /** Where somebody begins who wants what happens from now on. */
  newest(signal?: AbortSignal): Promise<number>;
}

/** Events of the last hour, for those who were away. */
export interface EventHistory {
  /** Those after that number, up to the other one (all of which are decided), in order. */
  between(after: number, until: number, limit: number): Promise<EventPage>;
  /** Whether everything after that number is kept; `missed`: not all of it; `unknown`: there never was such a number. */
  reach(after: number): Promise<'kept' | 'missed' | 'unknown'>;
}
