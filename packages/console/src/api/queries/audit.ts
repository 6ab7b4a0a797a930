import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { AuditFilters, VerifySearch } from '../../paths-governance.js';
import { client } from '../client.js';
import { PAGE } from '../fetched.js';

/** The filters as the API takes them. */
export function auditQuery({ user, action, resource, from, to }: AuditFilters): Record<string, string> {
  const given = { user_id: user, action, resource, from, to };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >;
}

/** One page of records, newest first: before a number, so that it does not move when records are added. */
export const auditList = ({ before, seq: _open, ...filters }: AuditFilters) =>
  queryOptions({
    queryKey: ['audit', 'list', { before, ...filters }],
    queryFn: ({ signal }) =>
      client.controlCenter.listAuditLogs.page({
        query: { limit: PAGE, ...auditQuery(filters), ...(before === undefined ? {} : { before }) },
        signal,
      }),
    placeholderData: keepPreviousData,
  });

/** Verifies the chain. It is asked for by a button: every look is itself recorded. */
export const auditVerification = ({ from, to }: VerifySearch) =>
  queryOptions({
    queryKey: ['audit', 'verify', { from, to }],
    queryFn: ({ signal }) =>
      client.controlCenter.verifyAudit({
        query: { ...(from ? { from } : {}), ...(to ? { to } : {}) },
        timeout: 120,
        signal,
      }),
    enabled: false,
    gcTime: 0,
  });

export const auditHeads = () =>
  queryOptions({
    queryKey: ['audit', 'heads'],
    queryFn: ({ signal }) => client.controlCenter.listAuditHeads.page({ query: { limit: 20 }, signal }),
  });

export const auditKeys = () =>
  queryOptions({
    queryKey: ['audit', 'keys'],
    queryFn: ({ signal }) => client.controlCenter.listAuditKeys({ signal }),
  });
