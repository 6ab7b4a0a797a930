import {
  conditionErrorCounter,
  loggedDecision,
  policyAuthorizer,
  type Authorizer,
} from '@provisioning/http-kit';
import type { PolicySet } from '@provisioning/policy';
import type { Logger } from '@provisioning/runtime';
import type { Registry } from 'prom-client';
import { decisionOf } from '../http/present/decision.js';
import type { DecisionWriter } from '../postgres/policies/decision-writer.js';

/**
 * Decides by the policies in force and logs the decision. A denial is logged before the answer with the decision's id
 * is sent.
 */
export function loggingAuthorizer(
  policies: () => PolicySet,
  writer: DecisionWriter,
  log: Logger,
  registry: Registry,
): Authorizer {
  const authorizer = policyAuthorizer(
    policies,
    log,
    (taken) => writer.record(decisionOf(loggedDecision(taken, 'control-center'))),
    conditionErrorCounter(registry),
  );
  return async (asked, id) => {
    const permission = authorizer(asked, id);
    if (!permission.yes) await writer.flush();
    return permission;
  };
}
