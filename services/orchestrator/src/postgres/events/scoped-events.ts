import type { EventPage, RecordedEvent } from '../../domain/event/recorded-event.js';
import type { EventFeedSource, EventHistory } from '../../domain/event/event-feed.js';
import type { PostgresScopeStore } from '../access/scope-store.js';

/** Adds the access scopes of tasks, batches and plans to the events of a feed, for readers that ask policies. */
export function withScopes(feed: EventFeedSource, scopes: PostgresScopeStore): EventFeedSource {
  return {
    next: async (after, limit) => attach(await feed.next(after, limit), scopes),
    newest: (signal) => feed.newest(signal),
  };
}

/** Adds the access scopes to the events of the history. */
export function historyWithScopes(history: EventHistory, scopes: PostgresScopeStore): EventHistory {
  return {
    between: async (after, until, limit) => attach(await history.between(after, until, limit), scopes),
    reach: (after) => history.reach(after),
  };
}

/** Most scopes are cached, so few pages need a statement. */
async function attach(page: EventPage, scopes: PostgresScopeStore): Promise<EventPage> {
  await attachScopes(page.events, scopes);
  return page;
}

/** Looks up the access scopes of tasks, batches and plans, and sets them. */
export async function attachScopes(
  abouts: readonly Pick<RecordedEvent, 'task' | 'batch' | 'plan'>[],
  scopes: PostgresScopeStore,
): Promise<void> {
  const subjects = abouts.flatMap(({ task, batch, plan }) =>
    [task, batch, plan].filter((subject) => subject !== null),
  );
  const ids = subjects.flatMap(({ scopeId }) => scopeId ?? []);
  if (ids.length === 0) return;
  const found = await scopes.find(ids);
  for (const subject of subjects)
    subject.scope = subject.scopeId === null ? null : (found.get(subject.scopeId) ?? null);
}
