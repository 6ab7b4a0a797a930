import { eventSchema, type Event } from '@provisioning/contracts';
import { bodyCheck } from '@provisioning/http-kit';
import { waitFor } from '@provisioning/test-kit';

const checkEvent = bodyCheck(eventSchema);

/** A reader of `GET /events` as server-sent events. */
export interface StreamReader {
  status: number;
  headers: Headers;
  events: Event[];
  /** Blocks with a name: messages about the stream itself. */
  named: { name: string; data: unknown }[];
  text(): string;
  sees(what: (event: Event) => boolean): Promise<Event>;
  /** Resolves when the server has ended it. */
  ended: Promise<void>;
  leave(): void;
}

export async function readStream(
  url: string,
  token: string,
  query: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<StreamReader> {
  const leaving = new AbortController();
  const response = await fetch(`${url}/events?${new URLSearchParams(query)}`, {
    headers: { Accept: 'text/event-stream', Authorization: `Bearer ${token}`, ...headers },
    signal: leaving.signal,
  });
  const events: Event[] = [];
  const named: StreamReader['named'] = [];
  let text = '';
  const read = async () => {
    let taken = 0;
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      for (let end = text.indexOf('\n\n', taken); end >= 0; end = text.indexOf('\n\n', taken)) {
        const fields = text.slice(taken, end).split('\n');
        taken = end + 2;
        const field = (name: string) =>
          fields.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
        const data = field('data');
        if (data === undefined) continue;
        const name = field('event');
        if (name !== undefined) {
          named.push({ name, data: JSON.parse(data) as unknown });
          continue;
        }
        const event = JSON.parse(data) as Event;
        checkEvent(event);
        if (field('id') !== event.id) throw new Error(`another id: ${field('id')}`);
        events.push(event);
      }
    }
  };
  const ended = read().catch((error: unknown) => {
    if (!leaving.signal.aborted) throw error;
  });
  return {
    status: response.status,
    headers: response.headers,
    events,
    named,
    ended,
    text: () => text,
    sees: (what) => waitFor(() => events.find(what), { what: 'the event' }) as Promise<Event>,
    leave: () => leaving.abort(),
  };
}
