import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { ProvisioningError } from '@provisioning/client';
import type { Resource } from '@provisioning/contracts';
import type { InventoryFilters, JournalFilters } from '../../paths-infra.js';
import { client } from '../client.js';
import { fetched, PAGE } from '../fetched.js';

export const resourceList = ({ page = 1, ...filters }: InventoryFilters) =>
  queryOptions({
    queryKey: ['inventory', 'list', { page, ...filters }],
    queryFn: ({ signal }) =>
      fetched(
        client.orchestrator.listInventory.page({
          query: { limit: PAGE, offset: (page - 1) * PAGE, ...filters },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });

/** The key of a resource. */
export interface ResourceKey {
  infra: string;
  kind: Resource['kind'];
  name: string;
}

/** A resource of the inventory; null where it holds none with this key. */
export const resourceDetail = ({ infra, kind, name }: ResourceKey) =>
  queryOptions({
    queryKey: ['inventory', 'detail', infra, kind, name],
    queryFn: async ({ signal }) => {
      try {
        return await client.orchestrator.getResource({ params: { infra, kind, name }, signal });
      } catch (error) {
        if (error instanceof ProvisioningError && error.status === 404) return null;
        throw error;
      }
    },
  });

export const journalList = ({ page = 1, task, batch, ...filters }: JournalFilters) =>
  queryOptions({
    queryKey: ['journal', 'list', { page, task, batch, ...filters }],
    queryFn: ({ signal }) =>
      fetched(
        client.orchestrator.listJournal.page({
          query: {
            limit: PAGE,
            offset: (page - 1) * PAGE,
            ...filters,
            ...(task === undefined ? {} : { task_id: task }),
            ...(batch === undefined ? {} : { batch_id: batch }),
          },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });

/** The differences between the inventory and the providers. It starts a task: fetched on request only. */
export const driftOf = (infra: string | undefined) =>
  queryOptions({
    queryKey: ['drift', infra ?? null],
    queryFn: ({ signal }) =>
      client.orchestrator.getDrift({ query: infra === undefined ? {} : { infra }, signal, timeout: 120 }),
    enabled: false,
    staleTime: Infinity,
    retry: false,
  });
