import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { client } from '../client.js';
import { fetched, PAGE } from '../fetched.js';

export const tokenList = (page = 1) =>
  queryOptions({
    queryKey: ['tokens', 'list', page],
    queryFn: ({ signal }) =>
      fetched(
        client.controlCenter.listTokens.page({ query: { limit: PAGE, offset: (page - 1) * PAGE }, signal }),
      ),
    placeholderData: keepPreviousData,
  });
