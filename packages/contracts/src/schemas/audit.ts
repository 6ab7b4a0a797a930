import Type, { type Static } from 'typebox';
import { closed, count, id, listOf, nullable, oneOf, openDetails, text, timestamp, uuid } from './basics.js';
import { from, to } from './period.js';
import { afterNumber, MAX_PAGE, pagedBy } from './paging.js';

function recordNumber(description: string) {
  return Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description });
}

/** How the action of a record ended. */
export const auditResult = oneOf(['success', 'denied', 'failure']);
/** The service that recorded an action. */
export const auditService = oneOf(['orchestrator', 'control-center']);

/** Query of `GET /audit/logs`. */
export const auditQuerySchema = pagedBy({
  user_id: Type.Optional(uuid),
  action: Type.Optional(text(128, { minLength: 1, description: 'Filter by action, e.g. `server.create`' })),
  resource: Type.Optional(
    text(255, { minLength: 1, description: 'Filter by resource, e.g. `servers/web-01`' }),
  ),
  result: Type.Optional(auditResult),
  service: Type.Optional(auditService),
  username: Type.Optional(
    text(256, { minLength: 1, description: 'Only actions of the user with this name' }),
  ),
  request_id: Type.Optional(text(128, { minLength: 1, description: 'Only what this request did' })),
  from,
  to,
  before: Type.Optional(
    recordNumber('Only records before this `seq`; such pages do not shift when records are added'),
  ),
  after: Type.Optional(recordNumber('Only records after this `seq`')),
});

/** Query of `GET /audit/verify`. */
export const auditRangeSchema = closed({ from, to });

const sha256 = text(64, { pattern: '^[0-9a-f]{64}$' });

/** A record of the audit trail. */
export const auditRecordSchema = closed(
  {
    id,
    timestamp,
    user_id: nullable(id),
    action: text(128),
    resource: text(255),
    result: auditResult,
    details: openDetails('What was requested and changed; never contains secrets'),
    seq: Type.Optional(Type.Integer({ minimum: 1 })),
    service: Type.Optional(auditService),
    username: Type.Optional(nullable(text(256))),
    session_id: Type.Optional(nullable(id)),
    ip: Type.Optional(nullable(text(64))),
    request_id: Type.Optional(nullable(text(128))),
    prev_hash: Type.Optional(sha256),
    hash: Type.Optional(sha256),
  },
  { title: 'AuditRecord' },
);
/** A value of {@link auditRecordSchema}. */
export type AuditRecord = Static<typeof auditRecordSchema>;

const headSchema = closed(
  {
    seq: Type.Integer({ minimum: 1 }),
    hash: sha256,
    timestamp,
    key_id: text(64),
    signature: text(128, {
      description: 'Base64 Ed25519 signature of the text that docs/audit-format.md describes',
    }),
  },
  { title: 'AuditHead' },
);
/** A value of {@link headSchema}. */
export type AuditHead = Static<typeof headSchema>;
/** Response of `GET /audit/heads`. */
export const auditHeadsSchema = listOf(headSchema, MAX_PAGE);
/** Query of `GET /audit/heads`. */
export const auditHeadsQuerySchema = pagedBy({ after: afterNumber('seq') });

/** Response of `GET /audit/keys`. */
export const auditKeysSchema = listOf(
  closed(
    { key_id: text(64), algorithm: oneOf(['Ed25519']), public_key: text(512, { description: 'PEM' }) },
    { title: 'AuditKey' },
  ),
);

/** Response of `GET /audit/verify`. */
export const auditVerificationSchema = closed(
  {
    ok: Type.Boolean(),
    checked: count,
    first_bad_seq: nullable(Type.Integer({ minimum: 1 })),
    reason: nullable(text(1024)),
    head: nullable(headSchema),
    lost: Type.Optional(
      listOf(
        closed(
          {
            after: Type.Integer({ minimum: 0, description: 'The last record of the backup' }),
            upto: Type.Integer({ minimum: 0, description: 'The last number that no record has' }),
            timestamp,
          },
          { title: 'AuditGap' },
        ),
        1000,
        { description: 'Records that were lost when the database was restored from a backup' },
      ),
    ),
  },
  { title: 'AuditVerification' },
);
/** A value of {@link auditVerificationSchema}. */
export type AuditVerification = Static<typeof auditVerificationSchema>;
