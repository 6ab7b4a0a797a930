import { operationsUnder } from '../operation.js';
import {
  auditEntriesSchema,
  introspectionRequestSchema,
  introspectionSchema,
  keptSchema,
  loggedDecisionsSchema,
  policyBundleSchema,
  principalsRequestSchema,
  principalsSchema,
  revocationsQuerySchema,
  revocationsSchema,
} from '../schemas/internal.js';

/** Operations that only the orchestrator calls, with its service token. They are not part of the public document. */
const define = operationsUnder('control-center', 'Internal', { rateClass: 'none' });

const RECORDS_BODY_LIMIT = 16 * 1024 * 1024;

/** `GET /internal/policy-bundle` */
export const getPolicyBundle = define({
  id: 'getPolicyBundle',
  method: 'get',
  path: '/internal/policy-bundle',
  summary: 'Get the enabled policies as a signed bundle',
  permission: 'service',
  success: { status: 200, data: policyBundleSchema },
  addition: true,
});

/** `GET /internal/revocations` */
export const getRevocations = define({
  id: 'getRevocations',
  method: 'get',
  path: '/internal/revocations',
  summary: 'Get revoked tokens, sessions and users, and the latest policy revision',
  description: 'Revocations are omitted once the tokens they cover have expired.',
  permission: 'service',
  query: revocationsQuerySchema,
  success: { status: 200, data: revocationsSchema },
  addition: true,
});

/** `POST /internal/principals` */
export const getPrincipals = define({
  id: 'getPrincipals',
  method: 'post',
  path: '/internal/principals',
  summary: 'Get the current data of users',
  permission: 'service',
  body: principalsRequestSchema,
  success: { status: 200, data: principalsSchema },
  addition: true,
});

/** `POST /internal/introspect` */
export const introspectToken = define({
  id: 'introspectToken',
  method: 'post',
  path: '/internal/introspect',
  summary: 'Get the user and the roles of an API token',
  permission: 'service',
  body: introspectionRequestSchema,
  success: { status: 200, data: introspectionSchema },
  addition: true,
});

/** `POST /internal/audit` */
export const appendAudit = define({
  id: 'appendAudit',
  method: 'post',
  path: '/internal/audit',
  summary: 'Append records to the audit trail, at most once each',
  description:
    'A record whose id is known with different content returns 409 `audit_event_conflict`; all other records of the request are stored.',
  permission: 'service',
  body: auditEntriesSchema,
  bodyLimit: RECORDS_BODY_LIMIT,
  success: { status: 200, data: keptSchema },
  errors: [409, 503],
  addition: true,
});

/** `POST /internal/decisions` */
export const recordDecisions = define({
  id: 'recordDecisions',
  method: 'post',
  path: '/internal/decisions',
  summary: 'Store logged decisions, at most once each',
  permission: 'service',
  body: loggedDecisionsSchema,
  bodyLimit: RECORDS_BODY_LIMIT,
  success: { status: 200, data: keptSchema },
  errors: [503],
  addition: true,
});
