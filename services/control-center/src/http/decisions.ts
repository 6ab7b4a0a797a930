import { getDecision, recordDecisions } from '@provisioning/contracts';
import { Failure } from '@provisioning/errors';
import { on, reply, type Binding } from '@provisioning/http-kit';
import type { DecisionLog } from '../domain/decision/decision-log.js';
import { decisionOf, presentDecision } from './present/decision.js';
import { mustBeOf } from './sender.js';

/** Returns the operations on the log of decisions. */
export function decisionRoutes(decisions: DecisionLog): Binding[] {
  return [
    on(getDecision)(async ({ params }) => {
      const record = await decisions.find(params.id);
      if (!record) {
        throw new Failure(
          'not_found',
          'There is no such decision. Each denial and each allowed change is kept for 30 days.',
        );
      }
      return reply(presentDecision(record));
    }),
    on(recordDecisions)(async ({ body, service }) => {
      mustBeOf(service, 'decisions', body.decisions);
      return reply({ kept: await decisions.insert(body.decisions.map(decisionOf)) });
    }),
  ];
}
