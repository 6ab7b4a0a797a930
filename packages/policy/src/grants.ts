import { activationOfUser } from './cel/activation.js';
import type { CompiledRule } from './compile-policy.js';
import type { Principal } from './decision.js';
import { ACTIONS, isAction, type Action, type PolicyRule } from './policy.js';
import type { PolicySet } from './policy-set.js';
import { contains, overlaps } from './resource-pattern.js';

/** What a rule would allow others to do that somebody may not surely do. */
export interface NotHeld {
  action: Action;
  /** The rule's resource, as it is written. */
  resource: string;
}

/**
 * What of these rules' Allows `principal` does not hold in all circumstances. An action on a resource is held when one
 * Allow covers the whole of it, whatever the request's circumstances, and no Deny could stand in its way. So it errs on
 * the safe side: two Allows that cover a resource only together, or one that depends on the hour, count for nothing.
 */
export function notHeld(set: PolicySet, principal: Principal, rules: readonly PolicyRule[]): NotHeld[] {
  const user = activationOfUser(principal);
  /** Undefined where it depends on more than who asks. */
  const applies = ({ condition }: CompiledRule): boolean | undefined => {
    if (!condition) return true;
    const outcome = condition.evaluate(user);
    return 'error' in outcome ? undefined : outcome.met;
  };
  const holds = (action: Action, resource: string) => {
    const about = set.rules.filter(({ actions }) => actions.has(action));
    return (
      about.some(
        (rule) => rule.effect === 'Allow' && contains(rule.resource.text, resource) && applies(rule) === true,
      ) &&
      !about.some(
        (rule) => rule.effect === 'Deny' && overlaps(rule.resource.text, resource) && applies(rule) !== false,
      )
    );
  };
  return rules
    .filter(({ effect }) => effect === 'Allow')
    .flatMap(({ action, resource }) =>
      actionsOf(action)
        .filter((each) => !holds(each, resource))
        .map((each) => ({ action: each, resource })),
    );
}

/** The Allows of `after` that allow more than one of `before` did already, under the same condition or none. */
export function addedAllows(before: readonly PolicyRule[], after: readonly PolicyRule[]): PolicyRule[] {
  const allowed = before.filter(({ effect }) => effect === 'Allow');
  const within = (rule: PolicyRule) =>
    allowed.some(
      ({ resource, action, condition }) =>
        contains(resource, rule.resource) &&
        (condition === undefined || condition === rule.condition) &&
        actionsOf(rule.action).every((each) => actionsOf(action).includes(each)),
    );
  return after.filter((rule) => rule.effect === 'Allow' && !within(rule));
}

function actionsOf(action: readonly string[]): Action[] {
  return action.includes('*') ? [...ACTIONS] : action.filter(isAction);
}
