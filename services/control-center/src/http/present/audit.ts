import type { AuditEntry, AuditHead, AuditRecord, AuditVerification } from '@provisioning/contracts';
import type { AuditEvent, ChainedRecord } from '../../domain/audit/chain.js';
import type { SignedCheckpoint } from '../../domain/audit/checkpoint.js';
import type { Verification } from '../../domain/audit/verification.js';

/** Returns a record of the audit trail as the contract shows it. */
export function presentAuditRecord(record: ChainedRecord): AuditRecord {
  return {
    id: record.eventId,
    timestamp: record.at,
    user_id: record.userId,
    action: record.action,
    resource: record.resource,
    // Safe cast: the trail stores only results of the contract.
    result: record.result as AuditRecord['result'],
    // Safe cast: details are stored as the text of an object.
    details: JSON.parse(record.details) as Record<string, unknown>,
    seq: record.seq,
    // Safe cast: the trail stores only the names of both services.
    service: record.service as NonNullable<AuditRecord['service']>,
    username: record.username,
    session_id: record.sessionId,
    ip: record.ip,
    request_id: record.requestId,
    prev_hash: record.prevHash,
    hash: record.hash,
  };
}

/** Returns a signed checkpoint as the contract shows it. */
export function presentCheckpoint({ seq, hash, at, keyId, signature }: SignedCheckpoint): AuditHead {
  return { seq, hash, timestamp: at, key_id: keyId, signature };
}

/** Returns the result of a verification as the contract shows it. */
export function presentVerification({
  ok,
  checked,
  fault,
  checkpoint,
  gaps,
}: Verification): AuditVerification {
  return {
    ok,
    checked,
    first_bad_seq: fault?.seq ?? null,
    reason: fault?.reason ?? null,
    head: checkpoint === undefined ? null : presentCheckpoint(checkpoint),
    lost: gaps.map(({ after, upto, at }) => ({ after, upto, timestamp: at })),
  };
}

/** Returns the event of an entry that the other service sent. */
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
