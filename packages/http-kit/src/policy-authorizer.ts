import type { Action } from '@provisioning/contracts';
import { decide, type Decision, type PolicySet } from '@provisioning/policy';
import { currentContext, type Logger } from '@provisioning/runtime';
import type { AccessRequest, Authorizer } from './authorize.js';

/** A decision with all that it was taken on: taken again, it comes out the same. */
export interface TakenDecision extends Omit<AccessRequest, 'action'> {
  id: string;
  at: Date;
  action: Action;
  decision: Decision;
  durationMs: number;
  requestId: string | null;
}

/**
 * Decides by the policies in force. Each denial, and each change that was allowed, leaves a line in the log and is
 * told to `record`, which must neither wait nor throw.
 * @param policies asked at each decision, so that new ones count at once; throws where there are none yet.
 */
export function policyAuthorizer(
  policies: () => PolicySet,
  log: Logger,
  record: (taken: TakenDecision) => void = () => undefined,
): Authorizer {
  return (asked, id) => {
    const { principal, action, resource, request, context } = asked;
    const at = new Date();
    const start = performance.now();
    const decision = decide(policies(), {
      principal: { ...principal, roles: [...principal.roles] },
      ...{ action, resource, context },
      request: { ...request, time: at },
    });
    const durationMs = performance.now() - start;
    const { effect, rule, errors } = decision;
    const allowed = effect === 'ALLOW';
    if (!allowed || action !== 'read') {
      const user_id = principal.id;
      log.info('decision', { decision_id: id, effect, rule, errors, action, resource, user_id });
      const requestId = currentContext()?.requestId ?? null;
      record({ ...asked, id, at, decision, durationMs, requestId });
    }
    return allowed;
  };
}
