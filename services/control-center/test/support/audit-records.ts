import type { NewAuditRecord } from '../../src/domain/audit/audit-record.js';

export function newRecord(changes: Partial<NewAuditRecord> = {}): NewAuditRecord {
  return {
    userId: '0199a8f2-0000-7000-8000-00000000000a',
    username: 'ann',
    sessionId: '0199a8f2-0000-7000-8000-00000000000b',
    ip: '192.0.2.1',
    requestId: 'request-1',
    action: 'user.create',
    resource: 'users/0199a8f2-0000-7000-8000-00000000000c',
    result: 'success',
    details: {},
    ...changes,
  };
}
