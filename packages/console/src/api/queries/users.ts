import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import type { User } from '@provisioning/contracts';
import type { UserFilters } from '../../paths-governance.js';
import { client } from '../client.js';
import { fetched, PAGE } from '../fetched.js';
import { useDenials } from '../rights.js';

/** The most users that one request lists. */
const MOST = 1_000;
const NONE: readonly User[] = [];

export const userList = ({ page = 1, enabled, role, q }: UserFilters) =>
  queryOptions({
    queryKey: ['users', 'list', { page, enabled, role, q }],
    queryFn: ({ signal }) =>
      fetched(
        client.controlCenter.listUsers.page({
          query: {
            limit: PAGE,
            offset: (page - 1) * PAGE,
            ...(q === undefined ? {} : { q }),
            ...(role === undefined ? {} : { role }),
            ...(enabled === undefined ? {} : { enabled: enabled === 'enabled' }),
          },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });

/** The users that a form offers for a choice. */
const everyUser = queryOptions({
  queryKey: ['users', 'choice'],
  queryFn: ({ signal }) => client.controlCenter.listUsers.page({ query: { limit: MOST }, signal }),
});

/** The first 1,000 users, for a choice of one; none where the signed-in user may not list them. */
export function useUserChoice(): readonly User[] {
  const mayList = useDenials()('read', 'users') === undefined;
  return useQuery({ ...everyUser, enabled: mayList }).data?.items ?? NONE;
}

/** A user with the ETag that a change of it must send. */
export const userDetail = (id: string) =>
  queryOptions({
    queryKey: ['users', 'detail', id],
    queryFn: ({ signal }) => client.controlCenter.getUser.tagged({ params: { id }, signal }),
  });
