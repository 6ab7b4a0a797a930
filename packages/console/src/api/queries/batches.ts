import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { Batch } from '@provisioning/contracts';
import type { BatchFilters } from '../../paths.js';
import { client } from '../client.js';
import { fetched, PAGE } from '../fetched.js';

export const batchList = ({ page = 1, ...filters }: BatchFilters) =>
  queryOptions({
    queryKey: ['batches', 'list', { page, ...filters }],
    queryFn: ({ signal }) =>
      fetched(
        client.orchestrator.listBatches.page({
          query: { limit: PAGE, offset: (page - 1) * PAGE, ...filters },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });

export const batchDetail = (id: string) =>
  queryOptions({
    queryKey: ['batches', 'detail', id],
    queryFn: ({ signal }) => fetched<Batch>(client.orchestrator.getBatch({ params: { id }, signal })),
  });
