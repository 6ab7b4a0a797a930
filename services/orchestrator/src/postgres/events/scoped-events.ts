import type { EventPage, RecordedEvent } from '../../domain/event/recorded-event.js';
import type { EventFeedSource, EventHistory } from '../../domain/event/event-feed.js';
import type { PostgresScopeStore } from '../access/scope-store.js';

/** A feed whose events have the scopes of what they are about, for readers that ask the policies. */
export function withScopes(feed: EventFeedSource, scopes: PostgresScopeStore): EventFeedSource {
  return {
    next: async (after, limit) => attach(await feed.next(after, limit), scopes),
    newest: (signal) => feed.newest(signal),
  };
}

/** The same for the history. */
export function historyWithScopes(history: EventHistory, scopes: PostgresScopeStore): EventHistory {
  return {
    between: async (after, until, limit) => attach(await history.between(after, until, limit), scopes),
    reach: (after) => history.reach(after),
  };
}

/** Scopes never change, and most are known to the process: few pages cost a statement. */
async function attach(page: EventPage, scopes: PostgresScopeStore): Promise<EventPage> {
  await attachScopes(page.events, scopes);
  return page;
}

/** Looks up the scopes of what some events, or other things, are about. */
export async function attachScopes(
  abouts: readonly Pick<RecordedEvent, 'task' | 'batch'>[],
  scopes: PostgresScopeStore,
): Promise<void> {
  const subjects = abouts.flatMap(({ task, batch }) => [...(task ? [task] : []), ...(batch ? [batch] : [])]);
  const ids = subjects.flatMap(({ scopeId }) => scopeId ?? []);
  if (ids.length === 0) return;
  const found = await scopes.find(ids);
  for (const subject of subjects)
    subject.scope = subject.scopeId === null ? null : (found.get(subject.scopeId) ?? null);
}
