import type { Event, EventType } from '@provisioning/contracts';
import { openConnection } from './event-connection.js';
import { ProvisioningError } from './error.js';
import { EVENT_TYPES } from './generated/event-types.js';
import type { WebSocketConstructor } from './options.js';
import { backoff, pause } from './pause.js';

/** Filters of a stream of events, and where it starts. */
export interface EventOptions {
  eventTypes?: EventType[];
  taskId?: string;
  batchId?: string;
  /** Starts after this event, without missing an event of the last hour. */
  lastEventId?: string;
  signal?: AbortSignal;
}

/** How to open connections. `baseDelay` and `maxDelay` are in seconds. */
export interface EventSource {
  /** HTTP URL of the orchestrator. */
  baseUrl: string;
  /** Creates a ticket that opens one connection. */
  ticket: (signal?: AbortSignal) => Promise<string>;
  webSocket: () => Promise<WebSocketConstructor>;
  baseDelay: number;
  maxDelay: number;
}

/** Close codes that a retry cannot cure. 4401 is not one: requesting the next ticket reports an invalid token. */
const FINAL = new Set([1002, 1003, 1007, 1008, 1009, 4429]);

/** Streams events over successive connections; each resumes after the last event that was consumed. */
export async function* events(
  source: EventSource,
  { signal, lastEventId, ...filter }: EventOptions,
): AsyncGenerator<Event, void, undefined> {
  const WebSocket = await source.webSocket();
  let last = lastEventId;
  let failures = 0;
  for (;;) {
    const url = addressOf(source.baseUrl, await source.ticket(signal), last);
    const connection = openConnection(WebSocket, url, subscription(filter), signal);
    try {
      for await (const event of connection.events()) {
        failures = 0;
        last = event.id ?? last;
        // Events that were sent before the service received the filter are dropped here.
        if (matches(event, filter)) yield event;
      }
    } finally {
      connection.close();
    }
    signal?.throwIfAborted();
    const { code, reason } = await connection.closed;
    if (FINAL.has(code)) {
      throw new ProvisioningError(reason || `The server closed the event stream (${code}).`, {
        status: 0,
        code: `ws_${code}`,
      });
    }
    if (code !== 4401) await pause(backoff(Math.min(failures, 10), source), signal);
    failures += 1;
  }
}

function addressOf(baseUrl: string, ticket: string, lastEventId: string | undefined): string {
  const url = new URL(`${baseUrl.replace(/^http/, 'ws')}/ws`);
  url.searchParams.set('ticket', ticket);
  if (lastEventId !== undefined) url.searchParams.set('last_event_id', lastEventId);
  return url.href;
}

function matches({ event_type, metadata }: Event, { eventTypes, taskId, batchId }: EventOptions): boolean {
  return (
    (eventTypes === undefined || eventTypes.length === 0 || eventTypes.includes(event_type)) &&
    (taskId === undefined || metadata['task_id'] === taskId) &&
    (batchId === undefined || metadata['batch_id'] === batchId)
  );
}

function subscription({ eventTypes, taskId, batchId }: EventOptions): string | undefined {
  if (eventTypes === undefined && taskId === undefined && batchId === undefined) return undefined;
  return JSON.stringify({
    subscribe: {
      event_types: eventTypes ?? EVENT_TYPES,
      ...(taskId === undefined ? {} : { task_id: taskId }),
      ...(batchId === undefined ? {} : { batch_id: batchId }),
    },
  });
}
