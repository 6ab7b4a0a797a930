import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { Task } from '@provisioning/contracts';
import type { TaskFilters } from '../../paths.js';
import { client } from '../client.js';
import { fetched, PAGE } from '../fetched.js';
import { periodOf } from '../period.js';

export const taskList = ({ page = 1, status, by, batch, from, to, ...filters }: TaskFilters) =>
  queryOptions({
    queryKey: ['tasks', 'list', { page, status, by, batch, from, to, ...filters }],
    queryFn: ({ signal }) =>
      fetched(
        client.orchestrator.listTasks.page({
          query: {
            limit: PAGE,
            offset: (page - 1) * PAGE,
            output: false,
            ...filters,
            ...(status === undefined ? {} : { status: status.join(',') }),
            ...(by === undefined ? {} : { created_by: by }),
            ...(batch === undefined ? {} : { batch_id: batch }),
            ...periodOf({ from, to }),
          },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });

export const taskDetail = (id: string) =>
  queryOptions({
    queryKey: ['tasks', 'detail', id],
    queryFn: ({ signal }) => fetched<Task>(client.orchestrator.getTask({ params: { id }, signal })),
  });

export const taskHistory = (id: string) =>
  queryOptions({
    queryKey: ['tasks', 'history', id],
    queryFn: ({ signal }) =>
      client.orchestrator.listWorkflowSnapshots({ params: { id }, query: { limit: 200 }, signal }),
  });
