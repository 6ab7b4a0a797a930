import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { SeriesRange, TaskStatus } from '@provisioning/contracts';
import { client } from '../client.js';
import { fetched } from '../fetched.js';
import { DAY_MS } from '../../format/time.js';

const RECENT = 6;

/** Below `tasks list`, so that events about tasks make it stale. */
export const summaryQuery = queryOptions({
  queryKey: ['tasks', 'list', 'summary'],
  queryFn: ({ signal }) => client.orchestrator.summary({ signal }),
});

/** Some tasks with this status: those that wait longest first, of the others the newest. Failed ones are of the last day. */
export const recentTasks = (status: TaskStatus) =>
  queryOptions({
    queryKey: ['tasks', 'list', 'recent', status],
    queryFn: ({ signal }) =>
      fetched(
        client.orchestrator.listTasks.page({
          query: {
            status,
            limit: RECENT,
            output: false,
            ...(status === 'Pending' ? { sort: 'created_at' as const } : {}),
            ...(status === 'Failed' ? { from: new Date(Date.now() - DAY_MS).toISOString() } : {}),
          },
          signal,
        }),
      ),
  });

export const healthQuery = queryOptions({
  queryKey: ['health'],
  queryFn: ({ signal }) => client.orchestrator.getSystemHealth({ signal }),
});

/** What is held after a restore or an outage. */
export const holdQuery = queryOptions({
  queryKey: ['hold'],
  queryFn: ({ signal }) => client.orchestrator.getHold({ signal }),
  refetchInterval: 15_000,
});

export const workersQuery = queryOptions({
  queryKey: ['workers'],
  queryFn: ({ signal }) => client.orchestrator.listWorkers({ signal }),
});

export const locksQuery = queryOptions({
  queryKey: ['tasks', 'list', 'locks'],
  queryFn: ({ signal }) => client.orchestrator.listLocks.page({ query: { limit: 50 }, signal }),
});

/** Numbers of tasks over time. Events do not make it stale: each would have it counted again. */
export const seriesQuery = (range: SeriesRange) =>
  queryOptions({
    queryKey: ['series', range],
    queryFn: ({ signal }) => client.orchestrator.getSystemSeries({ query: { range }, signal }),
    placeholderData: keepPreviousData,
  });
