import { queryOptions } from '@tanstack/react-query';
import { client } from '../client.js';

export const ownAccount = () =>
  queryOptions({
    queryKey: ['account', 'me'],
    queryFn: ({ signal }) => client.controlCenter.me({ signal }),
  });

export const ownSessions = () =>
  queryOptions({
    queryKey: ['account', 'sessions'],
    queryFn: ({ signal }) => client.controlCenter.listSessions({ query: { limit: 200 }, signal }),
  });
