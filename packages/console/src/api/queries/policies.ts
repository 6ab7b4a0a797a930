import { queryOptions } from '@tanstack/react-query';
import { client } from '../client.js';

/** All policies: there are few, and the API has no filters for them. */
export const policyList = () =>
  queryOptions({
    queryKey: ['policies', 'list'],
    queryFn: ({ signal }) => client.controlCenter.listPolicies.page({ query: { limit: 1000 }, signal }),
  });

/** A policy with the ETag that a change of it must send. */
export const policyDetail = (id: string) =>
  queryOptions({
    queryKey: ['policies', 'detail', id],
    queryFn: ({ signal }) => client.controlCenter.getPolicy.tagged({ params: { id }, signal }),
  });

export const policyVersions = (id: string) =>
  queryOptions({
    queryKey: ['policies', 'versions', id],
    queryFn: ({ signal }) =>
      client.controlCenter.listPolicyVersions({ params: { id }, query: { limit: 200 }, signal }),
  });

/** A decision that was logged. It never changes. */
export const decisionDetail = (id: string) =>
  queryOptions({
    queryKey: ['decisions', 'detail', id],
    queryFn: ({ signal }) => client.controlCenter.getDecision({ params: { id }, signal }),
    staleTime: Infinity,
  });
