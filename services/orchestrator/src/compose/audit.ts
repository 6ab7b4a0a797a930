import type { Keyring } from '@provisioning/auth-token';
import type { AccessRequest, Authorizer } from '@provisioning/http-kit';
import { Gauge } from 'prom-client';
import { ControlCenterClient } from '../access-client/control-center-client.js';
import { RemoteAuditTrail } from '../access-client/audit-trail.js';
import { AuditBacklog } from '../domain/audit/audit-backlog.js';
import { AuditForwarder } from '../domain/audit/audit-forwarder.js';
import { PostgresAuditOutbox } from '../postgres/audit/audit-outbox.js';
import type { Base } from './resources.js';

/** What {@link composeAudit} returns. */
export interface ComposedAudit {
  backlog: AuditBacklog;
  forwarder: AuditForwarder;
}

/** Composes the transfer of the history to the audit trail, and the refusal of changes when it fails. */
export function composeAudit(
  { database, log, registry }: Pick<Base, 'database' | 'log' | 'registry'>,
  { controlCenterInternalUrl, keyring }: { controlCenterInternalUrl: string; keyring: Keyring },
): ComposedAudit {
  const outbox = new PostgresAuditOutbox(database);
  const backlog = new AuditBacklog(outbox);
  const trail = new RemoteAuditTrail(new ControlCenterClient(controlCenterInternalUrl, keyring), log);
  new Gauge({
    name: 'orchestrator_audit_backlog',
    help: 'Events that have not reached the audit trail yet, counted up to 100,001',
    registers: [registry],
    collect() {
      this.set(backlog.rows);
    },
  });
  new Gauge({
    name: 'orchestrator_audit_backlog_seconds',
    help: 'How long the oldest event that has not reached the audit trail has been waiting',
    registers: [registry],
    collect() {
      this.set(backlog.seconds);
    },
  });
  return { backlog, forwarder: new AuditForwarder(outbox, trail) };
}

/** Refuses changes while the audit trail is too far behind; reads are not affected. */
export function refusingWhileFull(backlog: AuditBacklog, authorizer: Authorizer): Authorizer {
  return (asked: AccessRequest, decisionId: () => string) => {
    if (asked.request.method !== 'GET' && asked.request.method !== 'HEAD') backlog.refuseIfFull();
    return authorizer(asked, decisionId);
  };
}
