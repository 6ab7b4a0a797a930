import { principalOf, type HandlerRequest } from '@provisioning/http-kit';
import type { AuditActor } from '../domain/audit/audit-record.js';
import type { Writer } from '../domain/policy/writer.js';

/** Returns the user and the request, for the audit trail. */
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

/** Returns the user as a principal of the policies. */
export function writerOf(request: Pick<HandlerRequest<never>, 'principal'>): Writer {
  const { id, username, email, roles, ownerRoles } = principalOf(request);
  return { id, username, email, roles, ownerRoles };
}
