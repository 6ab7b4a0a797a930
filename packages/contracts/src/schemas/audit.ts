import Type, { type Static } from 'typebox';
import { closed, count, id, listOf, nullable, oneOf, openDetails, text, timestamp, uuid } from './basics.js';
import { afterNumber, MAX_PAGE, pagedBy } from './paging.js';

/** An instant, or a whole day in UTC. A day that no calendar has is refused. */
function moment(description: string) {
  return text(40, { anyOf: [{ format: 'date-time' }, { format: 'date' }], description });
}

function recordNumber(description: string) {
  return Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description });
}

const from = Type.Optional(
  moment(
    'Start date (ISO 8601). A day without a time begins at 00:00:00 UTC. In a query, `+` is written as `%2B`.',
  ),
);
const to = Type.Optional(
  moment(
    'End date (ISO 8601), included. A day without a time ends at its end in UTC: the same day as `from` and `to` is all of that day. 400 where it is before `from`.',
  ),
);

export const auditQuerySchema = pagedBy({
  user_id: Type.Optional(uuid),
  action: Type.Optional(text(128, { minLength: 1, description: 'Filter by action, e.g. `server.create`' })),
  resource: Type.Optional(
    text(255, { minLength: 1, description: 'Filter by resource, e.g. `servers/web-01`' }),
  ),
  from,
  to,
  before: Type.Optional(recordNumber('Only records before this `seq`: pages by it stay what they are')),
  after: Type.Optional(recordNumber('Only records after this `seq`')),
});

export const auditRangeSchema = closed({ from, to });

const sha256 = text(64, { pattern: '^[0-9a-f]{64}$' });

export const auditRecordSchema = closed(
  {
    id,
    timestamp,
    user_id: nullable(id),
    action: text(128),
    resource: text(255),
    result: oneOf(['success', 'denied', 'failure']),
    details: openDetails('What was asked and changed; secrets never enter'),
    seq: Type.Optional(Type.Integer({ minimum: 1 })),
    service: Type.Optional(oneOf(['orchestrator', 'control-center'])),
    username: Type.Optional(nullable(text(256))),
    session_id: Type.Optional(nullable(id)),
    ip: Type.Optional(nullable(text(64))),
    request_id: Type.Optional(nullable(text(128))),
    prev_hash: Type.Optional(sha256),
    hash: Type.Optional(sha256),
  },
  { title: 'AuditRecord' },
);
export type AuditRecord = Static<typeof auditRecordSchema>;

const headSchema = closed(
  {
    seq: Type.Integer({ minimum: 1 }),
    hash: sha256,
    timestamp,
    key_id: text(64),
    signature: text(128, {
      description: 'Ed25519, in base64, over the text that docs/audit-format.md describes',
    }),
  },
  { title: 'AuditHead' },
);
export type AuditHead = Static<typeof headSchema>;
export const auditHeadsSchema = listOf(headSchema, MAX_PAGE);
export const auditHeadsQuerySchema = pagedBy({ after: afterNumber('seq') });

export const auditKeysSchema = listOf(
  closed(
    { key_id: text(64), algorithm: oneOf(['Ed25519']), public_key: text(512, { description: 'PEM' }) },
    { title: 'AuditKey' },
  ),
);

export const auditVerificationSchema = closed(
  {
    ok: Type.Boolean(),
    checked: count,
    first_bad_seq: nullable(Type.Integer({ minimum: 1 })),
    reason: nullable(text(1024)),
    head: nullable(headSchema),
  },
  { title: 'AuditVerification' },
);
export type AuditVerification = Static<typeof auditVerificationSchema>;
