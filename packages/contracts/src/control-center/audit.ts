import { operationsUnder } from '../operation.js';
import { listOf } from '../schemas/basics.js';
import {
  auditHeadsQuerySchema,
  auditHeadsSchema,
  auditKeysSchema,
  auditQuerySchema,
  auditRangeSchema,
  auditRecordSchema,
  auditVerificationSchema,
} from '../schemas/audit.js';
import { after, MAX_PAGE } from '../schemas/paging.js';

const define = operationsUnder('control-center', 'Audit');
const permission = { resource: 'audit:*', action: 'read' } as const;

export const listAuditLogs = define({
  id: 'listAuditLogs',
  method: 'get',
  path: '/audit/logs',
  summary: 'Get audit logs',
  description:
    'Newest first. As `text/csv` or `application/x-ndjson` it streams every record that the filters leave, unpaged and oldest first. Reading leaves a record too.',
  permission,
  query: auditQuerySchema,
  success: {
    status: 200,
    data: listOf(auditRecordSchema, MAX_PAGE),
    list: { parameter: 'before', member: 'seq' },
    alsoAs: ['text/csv', 'application/x-ndjson'],
    example: [
      {
        id: 'audit-log-uuid',
        timestamp: '2025-09-26T10:00:00Z',
        user_id: 'user-uuid',
        action: 'server.create',
        resource: 'servers/web-01',
        result: 'success',
        details: { infra: 'production', plan: '1xCPU-2 GB' },
      },
    ],
  },
  errors: [503],
});

export const verifyAudit = define({
  id: 'verifyAudit',
  method: 'get',
  path: '/audit/verify',
  summary: 'Prove that no audit record was changed, removed or put in between',
  permission,
  query: auditRangeSchema,
  success: { status: 200, data: auditVerificationSchema },
  errors: [503],
  addition: true,
});

export const listAuditHeads = define({
  id: 'listAuditHeads',
  method: 'get',
  path: '/audit/heads',
  summary: 'List the signed heads of the audit trail',
  description: 'Newest first. As `application/x-ndjson` all of them, oldest first.',
  permission,
  query: auditHeadsQuerySchema,
  success: { status: 200, data: auditHeadsSchema, list: after('seq'), alsoAs: ['application/x-ndjson'] },
  addition: true,
});

export const listAuditKeys = define({
  id: 'listAuditKeys',
  method: 'get',
  path: '/audit/keys',
  summary: 'List the public keys that heads are checked with',
  description: 'That of the present signing key first.',
  permission,
  success: { status: 200, data: auditKeysSchema },
  addition: true,
});
