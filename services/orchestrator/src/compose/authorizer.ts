import type { Authorizer } from '@provisioning/http-kit';
import { builtinPolicies, compilePolicies, decide } from '@provisioning/policy';
import type { Logger } from '@provisioning/runtime';

/** Decides by the built-in policies, and leaves a line for each denial and each change that was allowed. */
export function policyAuthorizer(log: Logger): Authorizer {
  const policies = compilePolicies(builtinPolicies, { revision: 0 });
  return ({ principal, action, resource, request, context }, decisionId) => {
    const { id, username, roles } = principal;
    const decision = decide(policies, {
      principal: { id, username, email: '', roles: [...roles] },
      action,
      resource,
      request: { ...request, time: new Date() },
      context,
    });
    const allowed = decision.effect === 'ALLOW';
    if (!allowed || action !== 'read') {
      log.info('decision', {
        decision_id: decisionId,
        effect: decision.effect,
        rule: decision.rule,
        action,
        resource,
        user_id: id,
      });
    }
    return allowed;
  };
}
