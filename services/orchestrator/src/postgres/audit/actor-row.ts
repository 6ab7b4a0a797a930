import type { AuditActor } from '../../domain/audit/audit-record.js';
import type { Authorship } from '../../domain/workflow/submitter.js';

/** The actor of an event, task or batch: the JSON of the columns `actor`. */
export interface ActorRow {
  user_id: string | null;
  username: string | null;
  session_id: string | null;
  ip: string | null;
  request_id: string | null;
}

/** The row of an actor; null where no user acted. */
function actorRow(actor: AuditActor | undefined): ActorRow | null {
  if (!actor) return null;
  const { userId, username, sessionId, ip, requestId } = actor;
  return { user_id: userId, username, session_id: sessionId, ip, request_id: requestId };
}

/** Columns of tasks and batches that say who submitted them. */
export interface AuthorshipRow {
  created_by: string;
  created_by_name: string;
  request_id: string;
  traceparent: string | null;
  actor: ActorRow | null;
}

/** Returns the columns that hold the author of a task or batch. */
export function authorshipRow(by: Omit<Authorship, 'grant'>): AuthorshipRow {
  return {
    created_by: by.createdBy,
    created_by_name: by.createdByName,
    request_id: by.requestId,
    traceparent: by.traceparent ?? null,
    actor: actorRow(by.actor),
  };
}

/** The actor as JSON text, as SQL functions take it. */
export function actorText(actor: AuditActor | undefined): string | null {
  return actor ? JSON.stringify(actorRow(actor)) : null;
}
