import type { EventType } from './catalogue.js';
import type { PublishedEvent } from './published-event.js';

/** Which events a client receives. An absent member matches every event. */
export interface EventFilter {
  types?: ReadonlySet<EventType>;
  taskId?: string;
  batchId?: string;
}

/** Whether an event passes a filter. */
export function matches({ types, taskId, batchId }: EventFilter, event: PublishedEvent): boolean {
  return (
    (types === undefined || types.has(event.event_type)) &&
    (taskId === undefined || event.metadata.task_id === taskId) &&
    (batchId === undefined || event.metadata.batch_id === batchId)
  );
}

/** A text that is equal for filters that match the same events. */
export function keyOf({ types, taskId = '', batchId = '' }: EventFilter): string {
  return `${types ? [...types].sort().join() : '*'} ${taskId} ${batchId}`;
}
