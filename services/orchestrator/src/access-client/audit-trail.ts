import { MOST_RECORDS, type AuditEntry } from '@provisioning/contracts';
import { isFailure } from '@provisioning/errors';
import { mayHoldSecrets, redact, type Logger } from '@provisioning/runtime';
import type { AuditTrail } from '../domain/audit/audit-forwarder.js';
import type { AuditRecord } from '../domain/audit/audit-record.js';
import { bodiesOf } from './in-pieces.js';
import type { ControlCenterClient } from './control-center-client.js';

const MOST_BYTES = 8 * 1024;

/** The audit trail of the control center. */
export class RemoteAuditTrail implements AuditTrail {
  constructor(
    private readonly controlCenter: Pick<ControlCenterClient, 'postText'>,
    private readonly log: Pick<Logger, 'error'>,
  ) {}

  async append(records: readonly AuditRecord[]): Promise<void> {
    for (let start = 0; start < records.length; start += MOST_RECORDS) {
      const entries = records.slice(start, start + MOST_RECORDS).map(toEntry);
      for (const body of bodiesOf('entries', entries)) await this.#send(body);
    }
  }

  /** A conflict is final: the trail has stored all other records. Sending this one again would block those after it. */
  async #send(body: string): Promise<void> {
    try {
      await this.controlCenter.postText('/internal/audit', body);
    } catch (error) {
      if (!isFailure(error) || error.kind !== 'conflict') throw error;
      this.log.error('the audit trail has records of these ids with another content', { error });
    }
  }
}

/** Fits any record into the bounds of the contract: a refused record would block all records after it. */
export function toEntry({ eventId, at, actor, action, resource, result, details }: AuditRecord): AuditEntry {
  return {
    event_id: eventId,
    timestamp: at.toISOString(),
    service: 'orchestrator',
    user_id: actor.userId,
    username: cut(actor.username, 256),
    session_id: actor.sessionId,
    ip: cut(actor.ip, 64),
    request_id: cut(actor.requestId, 128),
    action: action.slice(0, 128),
    resource: resource.slice(0, 255),
    result,
    details: detailsText(details),
  };
}

function cut(text: string | null, length: number): string | null {
  return text === null ? null : text.slice(0, length);
}

/** The JSON text of details, without secrets. Leaves out long values, the longest first, and names them. */
function detailsText(unmasked: Record<string, unknown>): string {
  let text = JSON.stringify(unmasked);
  let details = unmasked;
  if (mayHoldSecrets(text)) {
    // Safe cast: redact keeps an object an object.
    details = redact(unmasked) as Record<string, unknown>;
    text = JSON.stringify(details);
  }
  if (Buffer.byteLength(text) <= MOST_BYTES) return text;
  const members = Object.entries(details);
  const size = ([, value]: [string, unknown]) => Buffer.byteLength(JSON.stringify(value) ?? '');
  members.sort((one, other) => size(one) - size(other));
  const left_out: string[] = [];
  while (Buffer.byteLength(text) > MOST_BYTES && members.length > 0) {
    left_out.unshift(members.pop()![0]);
    text = JSON.stringify({ ...Object.fromEntries(members), left_out });
  }
  return text;
}
