import { createHash } from 'node:crypto';

/** An event as it is stored: the exact texts that are hashed. */
export interface AuditEvent {
  eventId: string;
  /** ISO 8601, UTC, milliseconds. */
  at: string;
  service: string;
  userId: string | null;
  username: string | null;
  sessionId: string | null;
  ip: string | null;
  requestId: string | null;
  action: string;
  resource: string;
  result: string;
  /** JSON text of an object. */
  details: string;
}

/** An event at its position in the chain. */
export interface ChainedRecord extends AuditEvent {
  seq: number;
  prevHash: string;
  hash: string;
}

/** The number and hash of the newest record. */
export interface ChainEnd {
  seq: number;
  hash: string;
}

/** The end of an empty chain. */
export const CHAIN_START: ChainEnd = { seq: 0, hash: '0'.repeat(64) };

const FORMAT = 'provisioning-audit-v1\n';

/**
 * The text whose SHA-256 is the hash of a record. docs/audit-format.md specifies it for checks of an export.
 */
function hashedText(record: Omit<ChainedRecord, 'hash'>): string {
  const members: [name: string, value: string | null][] = [
    ['seq', String(record.seq)],
    ['prev_hash', record.prevHash],
    ['id', record.eventId],
    ['timestamp', record.at],
    ['service', record.service],
    ['user_id', record.userId],
    ['username', record.username],
    ['session_id', record.sessionId],
    ['ip', record.ip],
    ['request_id', record.requestId],
    ['action', record.action],
    ['resource', record.resource],
    ['result', record.result],
    ['details', record.details],
  ];
  return FORMAT + members.map(memberText).join('');
}

/** A value is preceded by its length in bytes, so that no content can imitate the next field. */
function memberText([name, value]: [string, string | null]): string {
  return value === null ? `${name} -\n` : `${name} ${Buffer.byteLength(value)} ${value}\n`;
}

/** Returns the SHA-256 of a record with its predecessor, in hex. */
export function hashOf(record: Omit<ChainedRecord, 'hash'>): string {
  return createHash('sha256').update(hashedText(record)).digest('hex');
}

/** Appends events to the end of a chain, in order. */
export function chained(end: ChainEnd, events: readonly AuditEvent[]): ChainedRecord[] {
  let { seq, hash } = end;
  return events.map((event) => {
    const record = { ...event, seq: (seq += 1), prevHash: hash };
    hash = hashOf(record);
    return { ...record, hash };
  });
}
