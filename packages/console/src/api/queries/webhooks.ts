import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { WebhookFilters } from '../../paths-governance.js';
import { client } from '../client.js';
import { fetched, PAGE } from '../fetched.js';

export const webhookList = ({ page = 1 }: WebhookFilters) =>
  queryOptions({
    queryKey: ['webhooks', 'list', page],
    queryFn: ({ signal }) =>
      fetched(
        client.orchestrator.listWebhooks.page({ query: { limit: PAGE, offset: (page - 1) * PAGE }, signal }),
      ),
    placeholderData: keepPreviousData,
  });

export const webhookDetail = (id: string) =>
  queryOptions({
    queryKey: ['webhooks', 'detail', id],
    queryFn: ({ signal }) => client.orchestrator.getWebhook({ params: { id }, signal }),
  });

export const webhookDeliveries = (id: string, page = 1) =>
  queryOptions({
    queryKey: ['webhooks', 'deliveries', id, page],
    queryFn: ({ signal }) =>
      fetched(
        client.orchestrator.listWebhookDeliveries.page({
          params: { id },
          query: { limit: PAGE, offset: (page - 1) * PAGE },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
