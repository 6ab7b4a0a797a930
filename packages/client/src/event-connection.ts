import type { ErrorBody, Event } from '@provisioning/contracts';
import { ProvisioningError } from './error.js';
import type { WebSocketConstructor } from './options.js';

/** Events that are kept for a reader who is slower than they come. Then the connection ends, to be resumed later. */
const MOST_KEPT = 5_000;

interface Closed {
  code: number;
  reason: string;
}

export interface EventConnection {
  /** Until the connection has ended and all that came over it is taken. */
  events(): AsyncGenerator<Event, void, undefined>;
  closed: Promise<Closed>;
  close(): void;
}

/** One connection to `/ws`. */
export function openConnection(
  WebSocket: WebSocketConstructor,
  url: string,
  subscription: string | undefined,
  signal: AbortSignal | undefined,
): EventConnection {
  const socket = new WebSocket(url);
  const kept: Event[] = [];
  let complaint: ProvisioningError | undefined;
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
    kept.length = 0;
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
      complaint = complaintOf(message);
      close();
      return finish({ code: 1000, reason: '' });
    }
    if (typeof message?.event_type !== 'string') return;
    kept.push(message as Event);
    // What comes after is not lost: the next connection asks for what followed the last one that was taken.
    if (kept.length >= MOST_KEPT) {
      close();
      finish({ code: 1013, reason: '' });
    }
    wake();
  };
  socket.onclose = ({ code, reason }: { code: number; reason: unknown }) =>
    finish({ code, reason: String(reason) });
  // What went wrong is told by the close that follows.
  socket.onerror = () => {};
  if (signal?.aborted) abort();
  else signal?.addEventListener('abort', abort, { once: true });

  async function* events() {
    for (;;) {
      const event = kept.shift();
      if (event !== undefined) yield event;
      else if (complaint !== undefined) throw complaint;
      else if (end !== undefined) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  return { events, closed, close };
}

function messageIn(data: unknown): (Partial<Event> & Partial<ErrorBody>) | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    return (JSON.parse(data) as Partial<Event> | null) ?? undefined;
  } catch {
    return undefined;
  }
}

/** The service refuses what was asked for, or can't begin where it should: who goes on would miss something. */
function complaintOf({ error, code, details }: Partial<ErrorBody>): ProvisioningError {
  return new ProvisioningError(error ?? 'The service refused the subscription.', {
    status: 0,
    code: code ?? 'ws_refused',
    details,
  });
}
