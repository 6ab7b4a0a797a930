import type { Action } from '@provisioning/contracts';
import { answerQuestion, type Answer, type Decision, type PolicySet } from '@provisioning/policy';
import { currentContext, type Logger } from '@provisioning/runtime';
import { Counter, type Registry } from 'prom-client';
import type { AccessRequest, Permission } from './authorize.js';
import type { Principal } from './principal.js';

/** A decision with everything that it depends on: evaluated again, it has the same outcome. */
export interface TakenDecision {
  id: string;
  at: Date;
  principal: Principal;
  action: Action;
  resource: string;
  request: AccessRequest['request'];
  context: AccessRequest['context'];
  decision: Decision;
  durationMs: number;
  requestId: string | null;
}

/** Counts conditions that could not be evaluated, in every decision, whether it is recorded or not. */
export function conditionErrorCounter(registry: Registry): (decision: Decision) => void {
  const counter = new Counter({
    name: 'policy_condition_errors_total',
    help: 'Conditions of policies that could not be evaluated, by what their rule does.',
    labelNames: ['effect'],
    registers: [registry],
  });
  return ({ errors, matched }) => {
    const failed = errors.filter(({ rule }) => rule !== null).length;
    if (failed === 0) return;
    const denied = matched.filter(({ reason }) => reason === 'condition_error').length;
    counter.inc({ effect: 'Deny' }, denied);
    counter.inc({ effect: 'Allow' }, failed - denied);
  };
}

/**
 * Decides by the policies in force. Each denial, and each change that was allowed, is logged and passed to `record`,
 * which must neither wait nor throw.
 * @param policies called at each decision, so that new policies apply at once; throws where there are none yet.
 * @param count called with every decision ({@link conditionErrorCounter}).
 */
export function policyAuthorizer(
  policies: () => PolicySet,
  log: Logger,
  record: (taken: TakenDecision) => void = () => undefined,
  count: (decision: Decision) => void = () => undefined,
): (asked: AccessRequest, decisionId: () => string) => Permission {
  return ({ principal, request, plan, ...question }, decisionId) => {
    const at = new Date();
    const start = performance.now();
    const answerAs = (roles: Principal['roles']): Taken => ({
      roles,
      ...answerQuestion(
        policies(),
        {
          principal: roles === principal.roles ? principal : { ...principal, roles },
          request: { ...request, time: at },
        },
        question,
        plan,
      ),
    });
    let taken = answerAs(principal.roles);
    if (taken.yes && principal.ownerRoles) {
      // A token may never do what its owner may not do, regardless of the roles that were left out of it.
      const ofOwner = answerAs(principal.ownerRoles);
      if (!ofOwner.yes) taken = ofOwner;
    }
    const durationMs = performance.now() - start;
    const { yes, approvals, decision, resource, roles } = taken;
    count(decision);
    const { action, mode = 'allowed' } = question;
    const context = plan ? { ...question.context, plan: plan.changes } : question.context;
    if (!yes || (action !== 'read' && mode === 'allowed')) {
      const { effect, rule, errors } = decision;
      const user_id = principal.id;
      const id = decisionId();
      log.info('decision', { decision_id: id, effect, rule, errors, action, resource, user_id });
      record({
        id,
        at,
        principal: { ...principal, roles },
        action,
        resource,
        request,
        context,
        decision,
        durationMs,
        requestId: currentContext()?.requestId ?? null,
      });
    }
    return { yes, approvals };
  };
}

/** An answer, and the roles for which it was given. */
type Taken = Answer & { roles: Principal['roles'] };
