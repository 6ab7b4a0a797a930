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

/** `GET /audit/logs` */
export const listAuditLogs = define({
  id: 'listAuditLogs',
  method: 'get',
  path: '/audit/logs',
  summary: 'Get audit logs',
  description:
    'Newest first. With `Accept: text/csv` or `application/x-ndjson` the response streams every matching record, unpaged and oldest first. Reading the audit log is itself recorded.',
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

/** `GET /audit/verify` */
export const verifyAudit = define({
  id: 'verifyAudit',
  method: 'get',
  path: '/audit/verify',
  summary: 'Verify that no audit record was changed, removed or inserted',
  permission,
  query: auditRangeSchema,
  success: { status: 200, data: auditVerificationSchema },
  errors: [503],
  addition: true,
});

/** `GET /audit/heads` */
export const listAuditHeads = define({
  id: 'listAuditHeads',
  method: 'get',
  path: '/audit/heads',
  summary: 'List the signed checkpoints of the audit chain',
  description:
    'Newest first. With `Accept: application/x-ndjson` the response streams all of them, oldest first.',
  permission,
  query: auditHeadsQuerySchema,
  success: { status: 200, data: auditHeadsSchema, list: after('seq'), alsoAs: ['application/x-ndjson'] },
  addition: true,
});

/** `GET /audit/keys` */
export const listAuditKeys = define({
  id: 'listAuditKeys',
  method: 'get',
  path: '/audit/keys',
  summary: 'List the public keys that verify signed checkpoints',
  description: 'The current signing key comes first.',
  permission,
  success: { status: 200, data: auditKeysSchema },
  addition: true,
});
