import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import type { EventFeedSource } from '../domain/event/event-feed.js';
import { newestPosition } from './newest-position.js';

const feedWith = (newest: EventFeedSource['newest']): EventFeedSource => ({
  newest,
  next: () => Promise.reject(new Error('not used')),
});

it('is refused with the reason, and not an error of the server, while a transaction takes longer', async () => {
  const feed = feedWith((signal) => sleep(60_000, 1, { signal }));
  await expect(newestPosition(feed, 10)).rejects.toMatchObject({ kind: 'unavailable', retryAfter: 2 });
});

it('passes on any other error', async () => {
  const feed = feedWith(() => Promise.reject(new Error('the connection broke')));
  await expect(newestPosition(feed, 10)).rejects.toThrow('the connection broke');
});
