import { decide, type PolicySet } from '@provisioning/policy';
import type { Logger } from '@provisioning/runtime';
import type { Authorizer } from './authorize.js';

/**
 * Decides by the policies in force, and leaves a line for each denial and each change that was allowed.
 * @param policies asked at each decision, so that new ones count at once.
 */
export function policyAuthorizer(policies: () => PolicySet, log: Logger): Authorizer {
  return ({ principal, action, resource, request, context }, decisionId) => {
    const { id, username, roles } = principal;
    const { effect, rule, errors } = decide(policies(), {
      principal: { id, username, email: '', roles: [...roles] },
      action,
      resource,
      request: { ...request, time: new Date() },
      context,
    });
    const allowed = effect === 'ALLOW';
    if (!allowed || action !== 'read') {
      log.info('decision', { decision_id: decisionId, effect, rule, errors, action, resource, user_id: id });
    }
    return allowed;
  };
}
