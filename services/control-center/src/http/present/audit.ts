import type { AuditEntry, AuditRecord } from '@provisioning/contracts';
import type { AuditEvent, ChainedRecord } from '../../domain/audit/chain.js';

export function presentAuditRecord(record: ChainedRecord): AuditRecord {
  return {
    id: record.eventId,
    timestamp: record.at,
    user_id: record.userId,
    action: record.action,
    resource: record.resource,
    result: record.result as AuditRecord['result'],
    details: JSON.parse(record.details) as Record<string, unknown>,
    seq: record.seq,
    service: record.service as NonNullable<AuditRecord['service']>,
    username: record.username,
    session_id: record.sessionId,
    ip: record.ip,
    request_id: record.requestId,
    prev_hash: record.prevHash,
    hash: record.hash,
  };
}

export function eventOf(entry: AuditEntry): AuditEvent {
  return {
    eventId: entry.event_id,
    at: entry.timestamp,
    service: entry.service,
    userId: entry.user_id,
    username: entry.username,
    sessionId: entry.session_id,
    ip: entry.ip,
    requestId: entry.request_id,
    action: entry.action,
    resource: entry.resource,
    result: entry.result,
    details: entry.details,
  };
}
