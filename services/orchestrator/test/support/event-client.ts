import { eventSchema, type Event } from '@provisioning/contracts';
import { bodyCheck } from '@provisioning/http-kit';
import { waitFor } from '@provisioning/test-kit';
import { WebSocket } from 'ws';

const checkEvent = bodyCheck(eventSchema);

type Said = Record<string, unknown>;

/** A client of `/ws`; each event is checked against the contract. */
export interface EventClient {
  events: Event[];
  /** Received messages that are not events. */
  said: Said[];
  send(message: unknown): void;
  /** Waits for an event that matches. */
  sees(what: (event: Event) => boolean, timeout?: number): Promise<Event>;
  receives(what: (said: Said) => boolean): Promise<Said>;
  closed: Promise<{ code: number; reason: string }>;
  socket: WebSocket;
  leave(): Promise<void>;
}

export async function follow(
  url: string,
  query: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<EventClient> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws?${new URLSearchParams(query)}`, { headers });
  const events: Event[] = [];
  const said: Said[] = [];
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as Said;
    if (!('event_type' in message)) return void said.push(message);
    checkEvent(message);
    events.push(message as Event);
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() })),
  );
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => undefined);
  return {
    events,
    said,
    socket,
    closed,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    sees: (what, timeout = 10_000) =>
      waitFor(() => events.find(what), { timeout, what: 'the event' }) as Promise<Event>,
    receives: (what) => waitFor(() => said.find(what), { what: 'the message' }) as Promise<Said>,
    async leave() {
      socket.close();
      await closed;
    },
  };
}

/** The refusal of an upgrade: the status and the body of the answer. */
export function refusal(
  url: string,
  query: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Said; headers: Record<string, unknown> }> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws?${new URLSearchParams(query)}`, { headers });
  return new Promise((resolve, reject) => {
    socket.on('error', () => undefined);
    socket.once('open', () => {
      socket.terminate();
      reject(new Error('it was let in'));
    });
    socket.once('unexpected-response', (_request, response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          body: JSON.parse(text) as Said,
          headers: response.headers,
        }),
      );
    });
  });
}
