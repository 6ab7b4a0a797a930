import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { UserFilters } from '../../paths-governance.js';
import { client } from '../client.js';
import { fetched, PAGE } from '../fetched.js';

export const userList = ({ page = 1, enabled, role, q }: UserFilters) =>
  queryOptions({
    queryKey: ['users', 'list', { page, enabled, role, q }],
    queryFn: ({ signal }) =>
      fetched(
        client.controlCenter.listUsers.page({
          query: {
            limit: PAGE,
            offset: (page - 1) * PAGE,
            ...(role === undefined ? {} : { role }),
            ...(enabled === undefined ? {} : { enabled: enabled === 'enabled' }),
          },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });

/** A user with the ETag that a change of it must send. */
export const userDetail = (id: string) =>
  queryOptions({
    queryKey: ['users', 'detail', id],
    queryFn: ({ signal }) => client.controlCenter.getUser.tagged({ params: { id }, signal }),
  });
