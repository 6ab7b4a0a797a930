import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { StoredPlan } from '@provisioning/contracts';
import type { PlanFilters } from '../../paths-infra.js';
import { client } from '../client.js';
import { fetched, PAGE } from '../fetched.js';
import { every } from '../request-budget.js';

export const planList = ({ page = 1, status, infra, waiting }: PlanFilters) =>
  queryOptions({
    queryKey: ['plans', 'list', { page, status, infra, waiting }],
    queryFn: ({ signal }) =>
      fetched(
        client.orchestrator.listPlans.page({
          query: {
            limit: PAGE,
            offset: (page - 1) * PAGE,
            waiting_for_me: waiting !== undefined,
            ...(status === undefined ? {} : { status: status.join(',') }),
            ...(infra === undefined ? {} : { infra }),
          },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });

/** The number of plans for which an approval of the user is missing. */
export const waitingPlans = queryOptions({
  queryKey: ['plans', 'waiting'],
  queryFn: async ({ signal }) => {
    const { total } = await client.orchestrator.listPlans.page({
      query: { limit: 1, waiting_for_me: true },
      signal,
    });
    return total;
  },
});

/** For decisions that leave the status of a plan as it is: no event reports them. */
const decisions = every(10_000);

export const planDetail = (id: string) =>
  queryOptions({
    queryKey: ['plans', 'detail', id],
    queryFn: ({ signal }) => client.orchestrator.getPlan({ params: { id }, signal }),
    refetchInterval: ({ state: { data } }) => data !== undefined && isOpen(data) && decisions(),
  });

/** Whether the platform makes the plan or executes it. */
export const isWorkedOn = ({ status }: Pick<StoredPlan, 'status'>): boolean =>
  status === 'Planning' || status === 'Executing';

/** Whether users may still decide about the plan. */
export const isOpen = ({ status }: Pick<StoredPlan, 'status'>): boolean =>
  status === 'Planned' || status === 'Approved';
