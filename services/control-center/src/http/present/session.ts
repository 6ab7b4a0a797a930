import type { DataOf, listSessions } from '@provisioning/contracts';
import type { Session } from '../../domain/session/session.js';

/** @param current id of the session of the request; null for an API token. */
export function presentSession(
  session: Session,
  current: string | null,
): DataOf<typeof listSessions>[number] {
  return {
    id: session.id,
    created_at: session.createdAt.toISOString(),
    last_seen_at: session.lastSeen.toISOString(),
    expires_at: session.expiresAt.toISOString(),
    ip: session.ip,
    user_agent: session.userAgent ?? null,
    current: session.id === current,
  };
}
