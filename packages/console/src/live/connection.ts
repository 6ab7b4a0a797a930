import { ProvisioningError } from '@provisioning/client';
import type { Event } from '@provisioning/contracts';
import { ORCHESTRATOR } from '../api/base.js';
import { client } from '../api/client.js';

/** `off`: the person may not read events, or the page is hidden for long. */
export type ConnectionState = 'connecting' | 'live' | 'reconnecting' | 'polling' | 'off';

/** What a WebSocket subscribes to, and who receives it. */
export interface ConnectionOptions {
  eventTypes: readonly Event['event_type'][];
  taskId?: string;
  onEvents(events: Event[]): void;
  onState?(state: ConnectionState): void;
  /** Events were missed that cannot be had any more: everything has to be fetched again. */
  onMissed(): void;
}

const DRAIN_MS = 100;
/** WebSockets that do not open in a row, while requests are answered, before the page polls. */
const ATTEMPTS = 3;
const POLL_MS = 5_000;
/** Polls before a WebSocket is tried again. */
const POLLS = 12;
const LONGEST_WAIT_MS = 15_000;
/** The token is good no more; too many connections of this person. */
const UNAUTHENTICATED = 4401;
const TOO_MANY = 4429;

/** One connection to `/ws`: opened again after the last event that came, until it is closed. */
export function connect(options: ConnectionOptions): () => void {
  let closed = false;
  let socket: WebSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lastEventId: string | undefined;
  let failures = 0;
  /** Of WebSockets alone: a proxy in front may let none through. */
  let refusals = 0;
  let waiting: Event[] = [];
  let draining: ReturnType<typeof setTimeout> | undefined;

  const state = (next: ConnectionState) => {
    if (!closed) options.onState?.(next);
  };
  const take = (event: Event) => {
    if (event.id !== undefined) lastEventId = event.id;
    waiting.push(event);
    draining ??= setTimeout(drain, DRAIN_MS);
  };
  const drain = () => {
    draining = undefined;
    const events = waiting;
    waiting = [];
    if (!closed && events.length > 0) options.onEvents(events);
  };
  const again = () => {
    if (closed) return;
    failures += 1;
    if (refusals >= ATTEMPTS) return poll(POLLS);
    state(lastEventId === undefined && failures === 1 ? 'connecting' : 'reconnecting');
    const wait = Math.min(LONGEST_WAIT_MS, 500 * 2 ** failures) * (0.5 + Math.random() / 2);
    timer = setTimeout(() => void open(), wait);
  };
  // The browser notices that the network is gone long before the socket does.
  const offline = () => socket?.close();
  addEventListener('offline', offline);

  async function open(): Promise<void> {
    let ticket: string;
    try {
      ticket = (await client.orchestrator.createWsTicket()).ticket;
    } catch (error) {
      const status = error instanceof ProvisioningError ? error.status : 0;
      if (status === 403 || status === 401) return state('off');
      return again();
    }
    if (closed) return;
    const query = new URLSearchParams({ ticket, event_types: options.eventTypes.join(',') });
    if (options.taskId !== undefined) query.set('task_id', options.taskId);
    if (lastEventId !== undefined) query.set('last_event_id', lastEventId);
    socket = new WebSocket(`${ORCHESTRATOR.replace(/^http/, 'ws')}/ws?${query}`);
    refusals += 1;
    socket.onopen = () => {
      // After a gap without a place to go on from, nothing says what happened meanwhile.
      if (failures > 0 && lastEventId === undefined) options.onMissed();
      failures = 0;
      refusals = 0;
      state('live');
    };
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      // Safe cast: the members that are used are checked.
      const message = JSON.parse(data) as Partial<Event> & { success?: boolean };
      // Safe cast: a message with an event type is an event of the contract.
      if (message.event_type !== undefined) return take(message as Event);
      if (message.success === false) {
        lastEventId = undefined;
        options.onMissed();
      }
    };
    socket.onclose = ({ code }) => {
      if (closed) return;
      if (code === UNAUTHENTICATED) options.onMissed();
      if (code === TOO_MANY) return poll(POLLS);
      again();
    };
  }

  /** Where no WebSocket comes through, or too many are open: what is shown is fetched again at an interval. */
  function poll(left: number): void {
    if (closed) return;
    state('polling');
    options.onMissed();
    timer = setTimeout(() => (left > 0 ? poll(left - 1) : void open()), POLL_MS);
  }

  state('connecting');
  void open();
  return () => {
    closed = true;
    removeEventListener('offline', offline);
    clearTimeout(timer);
    clearTimeout(draining);
    socket?.close(1000);
  };
}
