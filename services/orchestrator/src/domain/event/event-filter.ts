import type { EventType } from './catalogue.js';
import type { PublishedEvent } from './published-event.js';

/** What a client wants to hear of: everything where a member is absent. */
export interface EventFilter {
  types?: ReadonlySet<EventType>;
  taskId?: string;
  batchId?: string;
}

export function matches({ types, taskId, batchId }: EventFilter, event: PublishedEvent): boolean {
  return (
    (types === undefined || types.has(event.event_type)) &&
    (taskId === undefined || event.metadata.task_id === taskId) &&
    (batchId === undefined || event.metadata.batch_id === batchId)
  );
}

/** The same for filters that choose the same. */
export function keyOf({ types, taskId = '', batchId = '' }: EventFilter): string {
  return `${types ? [...types].sort().join() : '*'} ${taskId} ${batchId}`;
}
