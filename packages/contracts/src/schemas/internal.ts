import Type, { type Static } from 'typebox';
import { ACTIONS } from '../actions.js';
import { closed, count, id, listOf, nullable, oneOf, text, timestamp } from './basics.js';
import { DECISIONS } from './decision.js';
import { policyRuleSchema } from './policy.js';
import { roleName } from './user.js';

/** As many records as one call may carry. */
export const MOST_RECORDS = 1000;

/**
 * The policies in force. `payload` is the JSON text of a `PolicyBundlePayload`, and what `signature` is over: an
 * HMAC-SHA256 in hex, keyed from the shared secret whose `kid` is named.
 */
export const policyBundleSchema = closed(
  {
    payload: text(64 * 1024 * 1024),
    kid: text(64),
    signature: text(64, { pattern: '^[0-9a-f]{64}$' }),
  },
  { title: 'PolicyBundle' },
);
export type PolicyBundle = Static<typeof policyBundleSchema>;

/** What `payload` of a {@link PolicyBundle} holds: every policy that is enabled, and nothing else of it than decides. */
export const policyBundlePayloadSchema = closed(
  {
    /** Grows with each change of any policy; 0 while there are none yet, which is nothing to enforce. */
    revision: count,
    issued_at: timestamp,
    policies: listOf(
      closed({ id, name: text(128), version: text(64), rules: listOf(policyRuleSchema) }),
      100_000,
    ),
  },
  { title: 'PolicyBundlePayload' },
);
export type PolicyBundlePayload = Static<typeof policyBundlePayloadSchema>;

/** What the bundle's signature is for: `signText(keyring, POLICY_BUNDLE_PURPOSE, payload)`. */
export const POLICY_BUNDLE_PURPOSE = 'policy-bundle';

/**
 * Whose tokens are good no more. `session`: every token of it; `token`: that one (its `jti`); `user`: every token that
 * was issued up to `at`, by the milliseconds that its `jti` (a UUIDv7) begins with, since `iat` has whole seconds;
 * `api_token`: that one. `RevocationSet` of `packages/auth-token` knows these rules.
 */
export const REVOCATION_KINDS = ['session', 'token', 'user', 'api_token'] as const;

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
export type Revocation = Static<typeof revocationSchema>;

export const revocationsQuerySchema = closed({ after: Type.Optional(Type.Integer({ minimum: 0 })) });

/** Revocations after the one that was asked for, in their order, and what the newest revision of the policies is. */
export const revocationsSchema = closed(
  {
    revocations: listOf(revocationSchema, MOST_RECORDS),
    /** The newest there is. Fewer than `MOST_RECORDS` revocations: all up to it; else ask again after the last of them. */
    head: count,
    policy_revision: count,
  },
  { title: 'Revocations' },
);
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
export type InternalPrincipal = Static<typeof principalSchema>;

export const principalsRequestSchema = closed({ ids: listOf(id, MOST_RECORDS) });
/** Those that there are, as they are now. */
export const principalsSchema = listOf(principalSchema, MOST_RECORDS);

/** SHA-256, in hex, of the API token's text. */
export const introspectionRequestSchema = closed({ token_hash: text(64, { pattern: '^[0-9a-f]{64}$' }) });

/**
 * `token` is null for a token that is not good. Its roles are those it was made with, as far as its owner has them now.
 * `as_of` is the number of the newest revocation when the look-up began: what has a greater one may not be in the answer.
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
export type Introspection = Static<typeof introspectionSchema>;

const service = oneOf(['orchestrator', 'control-center']);

/** A record for the audit trail, before it has its place in the chain. */
export const auditEntrySchema = closed(
  {
    event_id: id,
    timestamp,
    service,
    user_id: nullable(id),
    username: nullable(text(256)),
    session_id: nullable(id),
    ip: nullable(text(64)),
    request_id: nullable(text(128)),
    action: text(128, { minLength: 1 }),
    resource: text(255, { minLength: 1 }),
    result: oneOf(['success', 'denied', 'failure']),
    /** JSON text of an object, at most 8 KiB: hashed as it is. */
    details: text(8 * 1024),
  },
  { title: 'AuditEntry' },
);
export type AuditEntry = Static<typeof auditEntrySchema>;

export const auditEntriesSchema = closed({ entries: listOf(auditEntrySchema, MOST_RECORDS) });

const loggedDecisionSchema = closed(
  {
    id,
    timestamp,
    service,
    user_id: nullable(id),
    username: nullable(text(256)),
    email: text(254),
    roles: listOf(roleName, 64),
    action: oneOf(ACTIONS),
    resource: text(255),
    /** JSON text of what the conditions could look at. */
    context: text(8 * 1024),
    /** JSON text of the rules that counted, a list of {@link MatchedRule}: the one that decided first. */
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
export type LoggedDecision = Static<typeof loggedDecisionSchema>;

export const loggedDecisionsSchema = closed({ decisions: listOf(loggedDecisionSchema, MOST_RECORDS) });

/** How many of them were new: what is sent again is kept once. */
export const keptSchema = closed({ kept: count }, { title: 'Kept' });
