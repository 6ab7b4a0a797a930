import { Failure } from '@provisioning/errors';
import type { Principal } from '@provisioning/http-kit';
import type { Access } from './access.js';

/** The reasons to close a connection, with the close codes of WebSocket. */
export const CLOSING = {
  goingAway: { code: 1012, reason: 'This process stops. Connect again with last_event_id.' },
  tokenEnded: { code: 4401, reason: 'The token has ended. Sign in again.' },
  tooMany: {
    code: 4429,
    reason: 'The user has ten connections to this process, which is the maximum. Close one.',
  },
  tooSlow: { code: 1013, reason: 'The client reads too slowly. Connect again with last_event_id.' },
  failed: { code: 1011, reason: 'The server failed. Connect again with last_event_id.' },
  badMessages: { code: 1008, reason: 'Too many messages, or too many that are not subscriptions.' },
} as const;
/** One of {@link CLOSING}. */
export type Closing = (typeof CLOSING)[keyof typeof CLOSING];

const PER_USER = 10;
const IN_ALL = 2_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

interface Connection {
  principal: Principal;
  close: (closing: Closing) => void;
}

/** The open connections: ends each one with its token, and limits their number. */
export class Connections {
  readonly #open = new Map<string, Set<Connection>>();
  readonly #unsubscribe: () => void;
  #count = 0;
  #stopped = false;

  constructor(private readonly access: Access) {
    this.#unsubscribe = access.onRevoked(() => this.check());
  }

  /** @throws Failure `unavailable` if the maximum number is reached */
  admit(): void {
    if (this.#stopped || this.#count >= IN_ALL) {
      throw new Failure(
        'unavailable',
        'This process has the maximum number of connections. Try again in a few seconds.',
        {
          retryAfter: 2,
        },
      );
    }
  }

  /** @returns a function that removes it; undefined if the user has the maximum number */
  open(principal: Principal, close: (closing: Closing) => void): (() => void) | undefined {
    const mine = this.#open.get(principal.id) ?? new Set();
    if (mine.size >= PER_USER) return undefined;
    const connection = { principal, close };
    this.#open.set(principal.id, mine.add(connection));
    this.#count += 1;
    const timer = this.#endWithToken(connection);
    return () => {
      clearTimeout(timer);
      if (!mine.delete(connection)) return;
      this.#count -= 1;
      if (mine.size === 0 && this.#open.get(principal.id) === mine) this.#open.delete(principal.id);
    };
  }

  /** Ends all connections, and accepts no more. */
  close(): void {
    this.#stopped = true;
    this.#unsubscribe();
    for (const { close } of this.#all()) close(CLOSING.goingAway);
  }

  #endWithToken({ principal, close }: Connection): NodeJS.Timeout {
    const left = principal.expiresAt * 1000 - Date.now();
    // A token that is valid for longer than the longest timer is ended by `check`.
    const timer = setTimeout(
      () => {
        if (left <= LONGEST_TIMER_MS) close(CLOSING.tokenEnded);
      },
      Math.min(Math.max(left, 0), LONGEST_TIMER_MS),
    );
    return timer.unref();
  }

  /** Ends the connections whose token has expired or was revoked. */
  check(): void {
    const now = Date.now() / 1000;
    for (const { principal, close } of this.#all()) {
      if (principal.expiresAt <= now || !this.access.isGood(principal)) close(CLOSING.tokenEnded);
    }
  }

  #all(): Connection[] {
    return [...this.#open.values()].flatMap((connections) => [...connections]);
  }
}
