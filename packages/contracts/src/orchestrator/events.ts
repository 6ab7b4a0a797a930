import { operationsUnder } from '../operation.js';
import { listOf } from '../schemas/basics.js';
import { eventSchema, followEventsQuery } from '../schemas/event.js';
import { MAX_PAGE } from '../schemas/paging.js';

const define = operationsUnder('orchestrator', 'Events');

/** `GET /events` */
export const followEvents = define({
  id: 'followEvents',
  method: 'get',
  path: '/events',
  summary: 'Stream events over server-sent events',
  description:
    'An alternative to `/ws` for networks that block WebSocket. With `Accept: text/event-stream` the response is an endless stream: each `data` is an `Event`; send its `id` as the header `Last-Event-ID` (or as `last_event_id`) to continue after it. As JSON: the events after `last_event_id`, or of the last hour, oldest first, at most 1000. Events that the user may not read are omitted.',
  permission: { resource: 'events:*', action: 'read' },
  query: followEventsQuery,
  success: { status: 200, data: listOf(eventSchema, MAX_PAGE), alsoAs: ['text/event-stream'] },
  errors: [503],
  addition: true,
});
