import { queryOptions } from '@tanstack/react-query';
import type { Policy, PolicyRule } from '@provisioning/contracts';
import { client } from '../client.js';

/** Whole days in UTC, both included; `user` is an id. */
export interface ReplayPeriod {
  from: string;
  to?: string;
  user?: string;
}

/** Decides the logged decisions of a period again: with a draft of the policy, or with the policy switched. */
export const replayOf = (
  { id, enabled }: Policy,
  draft: { name: string; rules: PolicyRule[] } | undefined,
  { from, to, user }: ReplayPeriod,
) =>
  queryOptions({
    queryKey: ['policies', 'replay', id, enabled, draft, { from, to, user }],
    queryFn: ({ signal }) =>
      client.controlCenter.replayDecisions({
        body: {
          from: `${from}T00:00:00Z`,
          ...(to ? { to: `${to}T23:59:59.999Z` } : {}),
          ...(user ? { user_id: user } : {}),
          ...(draft
            ? { changed: [{ name: draft.name, rules: draft.rules, enabled: true }] }
            : enabled
              ? { disable: [id] }
              : { enable: [id] }),
        },
        signal,
      }),
    staleTime: Infinity,
    gcTime: 0,
  });
