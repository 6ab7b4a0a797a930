import { createHash } from 'node:crypto';
import { hashedId, mayHoldSecrets, redact, redactText } from '@provisioning/runtime';
import type { AuditEvent } from '../../domain/audit/chain.js';

const MOST_BYTES = 8 * 1024;
const SHOWN_OF_TOO_LONG = 1000;

/**
 * Returns the event as it can be stored: characters that Postgres cannot store are replaced, long texts cut, secrets
 * masked.
 */
export function storable(event: AuditEvent): AuditEvent {
  return {
    eventId: clean(event.eventId, 64),
    at: new Date(event.at).toISOString(),
    service: event.service,
    userId: orNull(event.userId, 64),
    username: orNull(event.username, 256),
    sessionId: orNull(event.sessionId, 64),
    ip: orNull(event.ip, 64),
    requestId: orNull(event.requestId, 128),
    action: clean(event.action, 128),
    resource: redactText(clean(event.resource, 255)).slice(0, 255),
    result: event.result,
    details: storableDetails(event.details),
  };
}

/** Returns a text that is equal for events with equal content. */
export function contentOf(event: AuditEvent): string {
  const { at, service, userId, username, sessionId, ip, requestId, action, resource, result, details } =
    event;
  return JSON.stringify([
    at,
    service,
    userId,
    username,
    sessionId,
    ip,
    requestId,
    action,
    resource,
    result,
    details,
  ]);
}

/** Returns the event that reports a repeated event with different content. It has the same id each time. */
export function conflictReport(event: AuditEvent, now: Date): AuditEvent {
  const sha256 = createHash('sha256').update(contentOf(event)).digest('hex');
  return storable({
    eventId: hashedId(`${event.eventId} ${sha256}`),
    at: now.toISOString(),
    service: 'control-center',
    userId: null,
    username: null,
    sessionId: null,
    ip: null,
    requestId: null,
    action: 'audit.conflict',
    resource: `audit/${event.eventId}`,
    result: 'failure',
    details: JSON.stringify({ event_id: event.eventId, from: event.service, sent_sha256: sha256 }),
  });
}

function orNull(text: string | null, most: number): string | null {
  return text === null ? null : clean(text, most);
}

/** Removes NUL and lone surrogates: the stored text must be the hashed one. */
function clean(text: string, most: number): string {
  return text.slice(0, most).toWellFormed().replaceAll('\0', '\ufffd');
}

function storableDetails(details: string): string {
  const text = clean(maskedDetails(details), Infinity);
  if (Buffer.byteLength(text) <= MOST_BYTES) return text;
  return JSON.stringify({
    too_long: true,
    bytes: Buffer.byteLength(text),
    sha256: createHash('sha256').update(text).digest('hex'),
    beginning: text.slice(0, SHOWN_OF_TOO_LONG).toWellFormed(),
  });
}

/** The text is unchanged where nothing in it is secret. */
function maskedDetails(details: string): string {
  const value = parsed(details);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return JSON.stringify({ unreadable: redactText(details) });
  if (!mayHoldSecrets(details)) return details;
  const masked = JSON.stringify(redact(value));
  return masked === details || masked === JSON.stringify(value) ? details : masked;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
