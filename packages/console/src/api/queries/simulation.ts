import { queryOptions } from '@tanstack/react-query';
import type { BodyInputOf, simulatePolicies } from '@provisioning/contracts';
import { client } from '../client.js';

/** What is asked of the policies. */
export type Question = BodyInputOf<typeof simulatePolicies>;

/** A decision of the enabled policies, with the rules that led to it. */
export const simulation = (question: Question) =>
  queryOptions({
    queryKey: ['policies', 'simulate', question],
    queryFn: ({ signal }) => client.controlCenter.simulatePolicies({ body: question, signal }),
  });
