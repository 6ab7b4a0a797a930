import Type, { type Static } from 'typebox';
import { ACTIONS } from '../actions.js';
import { auditResult, auditService } from './audit.js';
import { closed, count, id, listOf, nullable, oneOf, text, timestamp } from './basics.js';
import { DECISIONS } from './decision.js';
import { policyRuleSchema } from './policy.js';
import { roleName } from './user.js';

/** Maximum number of records in one request or response. */
export const MOST_RECORDS = 1000;

/**
 * The enabled policies. `payload` is the JSON text of a `PolicyBundlePayload`; `signature` is its hexadecimal
 * HMAC-SHA256, keyed with the shared secret that `kid` names.
 */
export const policyBundleSchema = closed(
  {
    payload: text(64 * 1024 * 1024),
    kid: text(64),
    signature: text(64, { pattern: '^[0-9a-f]{64}$' }),
  },
  { title: 'PolicyBundle' },
);
/** A value of {@link policyBundleSchema}. */
export type PolicyBundle = Static<typeof policyBundleSchema>;

/** The content of `payload` of a {@link PolicyBundle}: every enabled policy, without fields that decide nothing. */
export const policyBundlePayloadSchema = closed(
  {
    /** Increases with each policy change; 0 while no policy exists. Revision 0 must not be enforced. */
    revision: count,
    issued_at: timestamp,
    /** The format that a process must know to decide by the policies; absent: 1. Others refuse them. */
    format: Type.Optional(Type.Integer({ minimum: 1 })),
    policies: listOf(
      closed({ id, name: text(128), version: text(64), rules: listOf(policyRuleSchema) }),
      100_000,
    ),
  },
  { title: 'PolicyBundlePayload' },
);
/** A value of {@link policyBundlePayloadSchema}. */
export type PolicyBundlePayload = Static<typeof policyBundlePayloadSchema>;

/**
 * The preference (RFC 7240) with which a process says which format of policies it knows: `Prefer: policy-format=2`. It is
 * a header because the control center of 0.1 ignores unknown preferences.
 */
export const POLICY_FORMAT_PREFERENCE = 'policy-format';

/** The purpose of the bundle's signature: `signText(keyring, POLICY_BUNDLE_PURPOSE, payload)`. */
export const POLICY_BUNDLE_PURPOSE = 'policy-bundle';

/**
 * What a revocation covers. `session`: every token of the session; `token`: the token with this `jti`; `user`: every
 * token issued up to `at`, by the milliseconds of its `jti` (a UUIDv7), since `iat` has a resolution of seconds;
 * `api_token`: the API token with this id; `all`: everything issued to any user up to `at`, after a restore. `RevocationSet` of `packages/auth-token` implements these rules.
 */
export const REVOCATION_KINDS = ['session', 'token', 'user', 'api_token', 'all'] as const;

const revocationSchema = closed(
  {
    seq: Type.Integer({ minimum: 1 }),
    kind: oneOf(REVOCATION_KINDS),
    subject: id,
    at: timestamp,
    expires_at: timestamp,
  },
  { title: 'Revocation' },
);
/** A value of {@link revocationSchema}. */
export type Revocation = Static<typeof revocationSchema>;

/** Query of `GET /internal/revocations`. */
export const revocationsQuerySchema = closed({ after: Type.Optional(Type.Integer({ minimum: 0 })) });

/** The revocations after the given one in ascending order, and the latest policy revision. */
export const revocationsSchema = closed(
  {
    revocations: listOf(revocationSchema, MOST_RECORDS),
    /** `seq` of the newest revocation. A response of `MOST_RECORDS` revocations is continued after its last one. */
    head: count,
    policy_revision: count,
  },
  { title: 'Revocations' },
);
/** A value of {@link revocationsSchema}. */
export type Revocations = Static<typeof revocationsSchema>;

const principalSchema = closed(
  {
    id,
    username: text(256),
    email: text(254),
    roles: listOf(roleName, 64),
    enabled: Type.Boolean(),
  },
  { title: 'InternalPrincipal' },
);
/** A value of {@link principalSchema}. */
export type InternalPrincipal = Static<typeof principalSchema>;

/** Body of `POST /internal/principals`. */
export const principalsRequestSchema = closed({ ids: listOf(id, MOST_RECORDS) });
/** The current data of the users that exist; others are omitted. */
export const principalsSchema = listOf(principalSchema, MOST_RECORDS);

/** The hexadecimal SHA-256 of the API token. */
export const introspectionRequestSchema = closed({ token_hash: text(64, { pattern: '^[0-9a-f]{64}$' }) });

/**
 * `token` is null for an invalid token. Its roles are those it was created with that its owner still has.
 * `as_of` is the `seq` of the newest revocation when the lookup started: the response may not reflect later ones.
 */
export const introspectionSchema = closed(
  {
    token: nullable(
      closed({ id, user: principalSchema, roles: listOf(roleName, 64), expires_at: timestamp }),
    ),
    as_of: Type.Optional(count),
  },
  { title: 'Introspection' },
);
/** A value of {@link introspectionSchema}. */
export type Introspection = Static<typeof introspectionSchema>;

/** A record of the audit trail before it is appended to the chain. */
export const auditEntrySchema = closed(
  {
    event_id: id,
    timestamp,
    service: auditService,
    user_id: nullable(id),
    username: nullable(text(256)),
    session_id: nullable(id),
    ip: nullable(text(64)),
    request_id: nullable(text(128)),
    action: text(128, { minLength: 1 }),
    resource: text(255, { minLength: 1 }),
    result: auditResult,
    /** JSON text of an object, at most 8 KiB. It is hashed as sent. */
    details: text(8 * 1024),
  },
  { title: 'AuditEntry' },
);
/** A value of {@link auditEntrySchema}. */
export type AuditEntry = Static<typeof auditEntrySchema>;

/** Body of `POST /internal/audit`. */
export const auditEntriesSchema = closed({ entries: listOf(auditEntrySchema, MOST_RECORDS) });

const loggedDecisionSchema = closed(
  {
    id,
    timestamp,
    service: auditService,
    user_id: nullable(id),
    username: nullable(text(256)),
    email: text(254),
    roles: listOf(roleName, 64),
    action: oneOf(ACTIONS),
    resource: text(255),
    /** JSON text of the data that conditions can read. */
    context: text(8 * 1024),
    /** JSON text of a list of {@link MatchedRule}; the rule that decided comes first. */
    matched: text(64 * 1024),
    request_ip: text(64),
    request_method: text(16),
    request_path: text(1024),
    request_id: nullable(text(128)),
    duration_ms: Type.Number({ minimum: 0 }),
    decision: oneOf(DECISIONS),
    revision: count,
  },
  { title: 'LoggedDecision' },
);
/** A value of {@link loggedDecisionSchema}. */
export type LoggedDecision = Static<typeof loggedDecisionSchema>;

/** Body of `POST /internal/decisions`. */
export const loggedDecisionsSchema = closed({ decisions: listOf(loggedDecisionSchema, MOST_RECORDS) });

/** The number of records that were new. */
export const keptSchema = closed({ kept: count }, { title: 'Kept' });
