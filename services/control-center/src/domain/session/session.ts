/** Why a session ended before it expired. */
export type EndReason =
  'signed_out' | 'ended_by_admin' | 'refresh_reuse' | 'user_changed' | 'mfa_changed' | 'restored';

/** A session to be stored. */
export interface NewSession {
  id: string;
  userId: string;
  /** The only valid token of the session. */
  tokenId: string;
  createdAt: Date;
  expiresAt: Date;
  ip: string;
  userAgent: string | undefined;
}

/** A session with the fields of its user that each request needs. */
export interface Session extends NewSession {
  lastSeen: Date;
  endedAt: Date | null;
  user: { username: string; email: string; roles: readonly string[]; enabled: boolean; mfaEnabled: boolean };
}

/** Lifetimes in seconds. */
export interface Lifetimes {
  tokenSeconds: number;
  /** When the session ends, however often its token is refreshed. */
  sessionSeconds: number;
}

/** Whether a session has neither ended nor expired. */
export function isOpen(session: Session, now: Date): boolean {
  return session.endedAt === null && session.expiresAt > now && session.user.enabled;
}

/** Returns the lifetime in seconds; no token outlives its session. */
export function tokenLifetime({ tokenSeconds }: Lifetimes, sessionEnd: Date, now: Date): number {
  return Math.min(tokenSeconds, Math.floor((sessionEnd.getTime() - now.getTime()) / 1000));
}
