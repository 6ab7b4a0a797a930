import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { Batch } from '@provisioning/contracts';
import type { BatchFilters } from '../../paths.js';
import { client } from '../client.js';
import { fetched, PAGE } from '../fetched.js';
import { periodOf } from '../period.js';

export const batchList = ({ page = 1, status, by, from, to, ...filters }: BatchFilters) =>
  queryOptions({
    queryKey: ['batches', 'list', { page, status, by, from, to, ...filters }],
    queryFn: ({ signal }) =>
      fetched(
        client.orchestrator.listBatches.page({
          query: {
            limit: PAGE,
            offset: (page - 1) * PAGE,
            operations: false,
            ...filters,
            ...(status === undefined ? {} : { status: status.join(',') }),
            ...(by === undefined ? {} : { created_by: by }),
            ...periodOf({ from, to }),
          },
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

/** The body with which a batch can be submitted again. A batch is not edited, so it is read once. */
export const batchRequest = (id: string) =>
  queryOptions({
    queryKey: ['batches', 'request', id],
    queryFn: ({ signal }) => client.orchestrator.getBatchRequest({ params: { id }, signal }),
    staleTime: Infinity,
  });
