import type { Page } from '../page.js';
import type { EndReason, NewSession, Session } from './session.js';

/** Reads sessions. */
export interface SessionStore {
  find(id: string): Promise<Session | undefined>;
  /** Lists the sessions that have not ended at `now`, newest first. */
  listOpen(userId: string, now: Date, page: Page): Promise<{ sessions: Session[]; total: number }>;
  touch(id: string, at: Date): Promise<void>;
}

/** Changes sessions. Ending one writes its revocation in the same transaction, for the other services. */
export interface SessionWrites extends SessionStore {
  insert(session: NewSession): Promise<void>;
  /** Replaces token `from` by `to`. @returns false when `from` is not the session's current token. */
  rotate(id: string, from: string, to: string, at: Date): Promise<boolean>;
  /** Returns when the token was replaced; undefined if it never was. */
  rotatedAt(tokenId: string): Promise<Date | undefined>;
  /** @returns false for a session that had ended already, which is left unchanged. */
  end(id: string, reason: EndReason, at: Date): Promise<boolean>;
  /** Revokes every token issued to the user until now, in other services too. */
  endAllOf(userId: string, reason: EndReason, at: Date): Promise<void>;
  endOthersOf(userId: string, keptId: string, reason: EndReason, at: Date): Promise<void>;
}
