import type { TestApi } from './test-api.js';

export interface AuditLine {
  id: string;
  timestamp: string;
  user_id: string | null;
  username: string | null;
  session_id: string | null;
  ip: string | null;
  request_id: string | null;
  service: string;
  action: string;
  resource: string;
  result: string;
  details: Record<string, unknown>;
  seq: number;
  prev_hash: string;
  hash: string;
}

/** The records of the trail under a query, newest first. */
export async function auditLines(service: TestApi, token: string, query = ''): Promise<AuditLine[]> {
  const { body } = await service.http.get(`/audit/logs${query}`).auth(token, { type: 'bearer' }).expect(200);
  return (body as { data: AuditLine[] }).data;
}
