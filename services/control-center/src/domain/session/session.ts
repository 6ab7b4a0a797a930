/** Why a session was over before its time. */
export type EndReason = 'signed_out' | 'ended_by_admin' | 'refresh_reuse' | 'user_changed' | 'mfa_changed';

export interface NewSession {
  id: string;
  userId: string;
  /** The one token that is good. */
  tokenId: string;
  createdAt: Date;
  expiresAt: Date;
  ip: string;
  userAgent: string | undefined;
}

/** A session with what has to be known about its user at each request. */
export interface Session extends NewSession {
  lastSeen: Date;
  endedAt: Date | null;
  user: { username: string; email: string; roles: readonly string[]; enabled: boolean; mfaEnabled: boolean };
}

export interface Lifetimes {
  tokenSeconds: number;
  /** However often its token is refreshed, a session ends then. */
  sessionSeconds: number;
}

export function isOpen(session: Session, now: Date): boolean {
  return session.endedAt === null && session.expiresAt > now && session.user.enabled;
}

/** No token outlives its session. */
export function tokenLifetime({ tokenSeconds }: Lifetimes, sessionEnd: Date, now: Date): number {
  return Math.min(tokenSeconds, Math.floor((sessionEnd.getTime() - now.getTime()) / 1000));
}
