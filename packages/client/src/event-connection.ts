import type { ErrorBody, Event } from '@provisioning/contracts';
import { ProvisioningError } from './error.js';
import type { WebSocketConstructor } from './options.js';

/** Maximum number of buffered events. When a slow reader exceeds it, the connection is closed and resumed later. */
const MAX_BUFFERED = 5_000;

interface Closed {
  code: number;
  reason: string;
}

/** One open connection to `/ws`. */
export interface EventConnection {
  /** Yields events until the connection has closed and the buffer is empty. */
  events(): AsyncGenerator<Event, void, undefined>;
  closed: Promise<Closed>;
  close(): void;
}

/** Opens a connection to `/ws`. @param subscription the message that filters events, sent after opening */
export function openConnection(
  WebSocket: WebSocketConstructor,
  url: string,
  subscription: string | undefined,
  signal: AbortSignal | undefined,
): EventConnection {
  const socket = new WebSocket(url);
  const buffered: Event[] = [];
  let failure: ProvisioningError | undefined;
  let end: Closed | undefined;
  let wake = () => {};
  let settle: (closed: Closed) => void = () => {};
  const closed = new Promise<Closed>((resolve) => (settle = resolve));

  const finish = (how: Closed) => {
    end ??= how;
    settle(end);
    signal?.removeEventListener('abort', abort);
    wake();
  };
  const close = () => {
    if (end === undefined) socket.close(1000);
  };
  const abort = () => {
    buffered.length = 0;
    close();
    finish({ code: 1000, reason: '' });
  };
  socket.onopen = () => {
    if (subscription !== undefined) socket.send(subscription);
  };
  socket.onmessage = ({ data }: { data: unknown }) => {
    const message = messageIn(data);
    if (end !== undefined) return;
    if (message?.success === false) {
      failure = failureOf(message);
      close();
      return finish({ code: 1000, reason: '' });
    }
    if (typeof message?.event_type !== 'string') return;
    // Safe cast: a message with an event type is an event of the contract.
    buffered.push(message as Event);
    // Later events are not lost: the next connection resumes after the last event that was consumed.
    if (buffered.length >= MAX_BUFFERED) {
      close();
      finish({ code: 1013, reason: '' });
    }
    wake();
  };
  socket.onclose = ({ code, reason }: { code: number; reason: unknown }) =>
    finish({ code, reason: String(reason) });
  // The close event that follows reports the failure.
  socket.onerror = () => {};
  if (signal?.aborted) abort();
  else signal?.addEventListener('abort', abort, { once: true });

  async function* events() {
    for (;;) {
      const event = buffered.shift();
      if (event !== undefined) yield event;
      else if (failure !== undefined) throw failure;
      else if (end !== undefined) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  return { events, closed, close };
}

function messageIn(data: unknown): (Partial<Event> & Partial<ErrorBody>) | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    // Safe cast: the members that are used are checked.
    return (JSON.parse(data) as Partial<Event> | null) ?? undefined;
  } catch {
    return undefined;
  }
}

/** The service rejected the subscription or cannot resume where requested: continuing would miss events. */
function failureOf({ error, code, details }: Partial<ErrorBody>): ProvisioningError {
  return new ProvisioningError(error ?? 'The server rejected the subscription.', {
    status: 0,
    code: code ?? 'ws_refused',
    details,
  });
}
