import { operationsUnder } from '../operation.js';
import { listOf } from '../schemas/basics.js';
import { eventSchema, followEventsQuery } from '../schemas/event.js';
import { MAX_PAGE } from '../schemas/paging.js';

const define = operationsUnder('orchestrator', 'Events');

export const followEvents = define({
  id: 'followEvents',
  method: 'get',
  path: '/events',
  summary: 'Follow events by server-sent events, where a proxy lets no WebSocket through',
  description:
    'With `Accept: text/event-stream` the answer does not end: each `data` is an `Event`, its `id` comes back as the header `Last-Event-ID` (or as `last_event_id`). As JSON: the events after `last_event_id`, or of the last hour, oldest first, 1000 at most. What the caller may not read is left out.',
  permission: { resource: 'events:*', action: 'read' },
  query: followEventsQuery,
  success: { status: 200, data: listOf(eventSchema, MAX_PAGE), alsoAs: ['text/event-stream'] },
  errors: [503],
  addition: true,
});
