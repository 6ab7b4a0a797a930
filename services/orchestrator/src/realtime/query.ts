import { EVENT_TYPES, type SubscribeMessage } from '@provisioning/contracts';
import type { EventFilter } from '../domain/event/event-filter.js';

/** The query parameters of a stream. */
export interface FollowQuery {
  last_event_id?: string;
  event_types?: string;
  task_id?: string;
  batch_id?: string;
}

/** The filter of a stream. */
export function filterOf({ event_types, task_id, batch_id }: FollowQuery): EventFilter {
  const asked = new Set(event_types?.split(','));
  return toFilter(
    event_types === undefined ? undefined : EVENT_TYPES.filter((type) => asked.has(type)),
    task_id,
    batch_id,
  );
}

/** An empty list of types means no filter. */
export function filterOfMessage({ subscribe }: SubscribeMessage): EventFilter {
  const { event_types: types, task_id, batch_id } = subscribe;
  return toFilter(types.length === 0 ? undefined : types, task_id, batch_id);
}

function toFilter(
  types: SubscribeMessage['subscribe']['event_types'] | undefined,
  taskId: string | undefined,
  batchId: string | undefined,
): EventFilter {
  return {
    ...(types === undefined ? {} : { types: new Set(types) }),
    ...(taskId === undefined ? {} : { taskId }),
    ...(batchId === undefined ? {} : { batchId }),
  };
}

/** The number of the last event that the client has, if it is a valid one. */
export function lastEventOf(...given: (string | undefined)[]): number | undefined {
  const id = given.find((text) => text !== undefined && /^\d{1,16}$/.test(text));
  const seq = Number(id);
  return id === undefined || !Number.isSafeInteger(seq) ? undefined : seq;
}
