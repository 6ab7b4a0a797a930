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

/** What the orchestrator asks of the control center, with a token of its own: no part of the public document. */
const define = operationsUnder('control-center', 'Internal', { rateClass: 'none' });

const RECORDS_BODY_LIMIT = 16 * 1024 * 1024;

export const getPolicyBundle = define({
  id: 'getPolicyBundle',
  method: 'get',
  path: '/internal/policy-bundle',
  summary: 'Get the policies in force, signed',
  permission: 'service',
  success: { status: 200, data: policyBundleSchema },
  addition: true,
});

export const getRevocations = define({
  id: 'getRevocations',
  method: 'get',
  path: '/internal/revocations',
  summary: 'Get whose tokens are good no more, and the newest revision of the policies',
  description: 'Those that expired are left out: their tokens have ended by themselves.',
  permission: 'service',
  query: revocationsQuerySchema,
  success: { status: 200, data: revocationsSchema },
  addition: true,
});

export const getPrincipals = define({
  id: 'getPrincipals',
  method: 'post',
  path: '/internal/principals',
  summary: 'Get users as they are now',
  permission: 'service',
  body: principalsRequestSchema,
  success: { status: 200, data: principalsSchema },
  addition: true,
});

export const introspectToken = define({
  id: 'introspectToken',
  method: 'post',
  path: '/internal/introspect',
  summary: 'Get whom an API token stands for',
  permission: 'service',
  body: introspectionRequestSchema,
  success: { status: 200, data: introspectionSchema },
  addition: true,
});

export const appendAudit = define({
  id: 'appendAudit',
  method: 'post',
  path: '/internal/audit',
  summary: 'Append records to the audit trail, each once however often it is sent',
  description:
    'Records that are known with another content are 409 `audit_event_conflict`; all others of the request are kept.',
  permission: 'service',
  body: auditEntriesSchema,
  bodyLimit: RECORDS_BODY_LIMIT,
  success: { status: 200, data: keptSchema },
  errors: [409, 503],
  addition: true,
});

export const recordDecisions = define({
  id: 'recordDecisions',
  method: 'post',
  path: '/internal/decisions',
  summary: 'Keep decisions that were taken, each once however often it is sent',
  permission: 'service',
  body: loggedDecisionsSchema,
  bodyLimit: RECORDS_BODY_LIMIT,
  success: { status: 200, data: keptSchema },
  errors: [503],
  addition: true,
});
