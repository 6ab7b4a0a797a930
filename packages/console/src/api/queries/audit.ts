import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { AuditFilters, VerifySearch } from '../../paths-governance.js';
import { client } from '../client.js';
import { PAGE } from '../fetched.js';
import { defined } from '../../search-values.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The filters as the API takes them. */
export function auditQuery({ user, request, before: _page, seq: _open, ...filters }: AuditFilters) {
  const isId = user !== undefined && UUID.test(user);
  return defined({
    ...filters,
    user_id: isId ? user : undefined,
    username: isId ? undefined : user,
    request_id: request,
  });
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
