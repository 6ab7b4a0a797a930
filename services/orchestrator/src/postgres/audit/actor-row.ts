import type { AuditActor } from '../../domain/audit/audit-record.js';

/** As it stands in the columns `actor`. */
export interface ActorRow {
  user_id: string | null;
  username: string | null;
  session_id: string | null;
  ip: string | null;
  request_id: string | null;
}

export function actorRow(actor: AuditActor | undefined): ActorRow | null {
  if (!actor) return null;
  const { userId, username, sessionId, ip, requestId } = actor;
  return { user_id: userId, username, session_id: sessionId, ip, request_id: requestId };
}

export function actorText(actor: AuditActor | undefined): string | null {
  return actor ? JSON.stringify(actorRow(actor)) : null;
}
