import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { CheckpointFilters } from '../../paths-infra.js';
import { client } from '../client.js';
import { fetched, PAGE } from '../fetched.js';

export const checkpointList = ({ page = 1 }: CheckpointFilters) =>
  queryOptions({
    queryKey: ['checkpoints', 'list', { page }],
    queryFn: ({ signal }) =>
      fetched(
        client.orchestrator.listCheckpoints.page({
          query: { limit: PAGE, offset: (page - 1) * PAGE },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });

export const checkpointDifference = (id: string) =>
  queryOptions({
    queryKey: ['checkpoints', 'difference', id],
    queryFn: ({ signal }) => client.orchestrator.diffCheckpoint({ params: { id }, signal }),
  });

export const checkpointDetail = (id: string) =>
  queryOptions({
    queryKey: ['checkpoints', 'detail', id],
    queryFn: ({ signal }) => client.orchestrator.getCheckpoint({ params: { id }, signal }),
  });
