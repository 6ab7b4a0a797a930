import type { Page } from '../page.js';
import type { EndReason, NewSession, Session } from './session.js';

export interface SessionStore {
  find(id: string): Promise<Session | undefined>;
  /** Those that are not over at `now`, newest first. */
  listOpen(userId: string, now: Date, page: Page): Promise<{ sessions: Session[]; total: number }>;
  touch(id: string, at: Date): Promise<void>;
}

/** What changes sessions. Whatever ends here is revoked in the same transaction, for those who do not ask here. */
export interface SessionWrites extends SessionStore {
  insert(session: NewSession): Promise<void>;
  /** Puts token `to` in the place of `from`. @returns false when `from` is not the session's token (any more). */
  rotate(id: string, from: string, to: string, at: Date): Promise<boolean>;
  /** When the token was replaced by another; undefined if it never was. */
  rotatedAt(tokenId: string): Promise<Date | undefined>;
  /** @returns false for a session that had ended already: it stays as it is. */
  end(id: string, reason: EndReason, at: Date): Promise<boolean>;
  /** Whatever the user was issued until now is good no more, in other services too. */
  endAllOf(userId: string, reason: EndReason, at: Date): Promise<void>;
  endOthersOf(userId: string, keptId: string, reason: EndReason, at: Date): Promise<void>;
}
