import type { HandlerRequest } from '@provisioning/http-kit';
import type { AuditActor } from '../domain/audit/audit-record.js';

/** Who sent a request. */
export function actorOf({
  principal,
  ip,
  requestId,
}: Pick<HandlerRequest<never>, 'principal' | 'ip' | 'requestId'>): AuditActor {
  return {
    userId: principal?.id ?? null,
    username: principal?.username ?? null,
    sessionId: principal?.sessionId ?? null,
    ip,
    requestId,
  };
}
