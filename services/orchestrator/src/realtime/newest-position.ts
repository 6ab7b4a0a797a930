import { errorOf, Failure } from '@provisioning/errors';
import type { EventFeedSource } from '../domain/event/event-feed.js';

/**
 * Returns the position behind all events until now. It waits for transactions that may still add one before it.
 * @throws Failure `unavailable` if one takes longer than `withinMs`
 */
export async function newestPosition(feed: EventFeedSource, withinMs: number): Promise<number> {
  try {
    return await feed.newest(AbortSignal.timeout(withinMs));
  } catch (error) {
    if (errorOf(error).name !== 'AbortError') throw error;
    throw new Failure(
      'unavailable',
      'A transaction that takes long is under way. Try again in a few seconds.',
      { retryAfter: 2, cause: error },
    );
  }
}
