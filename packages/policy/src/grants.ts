import { demandsAtLeast } from './approval.js';
import { certaintyFor, type Certainty } from './certainty.js';
import type { CompiledRule } from './compile-policy.js';
import type { Principal } from './decision.js';
import { ACTIONS, actionsOf, type Action, type PolicyRule } from './policy.js';
import type { PolicySet } from './policy-set.js';
import { contains, overlaps } from './resource-pattern.js';

/** A right that a principal does not certainly have. */
export interface NotHeld {
  action: Action;
  /** The rule's resource, as written. */
  resource: string;
}

/**
 * Returns the rights of these rules' Allows that `principal` does not hold in all circumstances. An approval that the
 * policies require of everybody does not count: it is required of those who get the right too.
 */
export function notHeld(set: PolicySet, principal: Principal, rules: readonly PolicyRule[]): NotHeld[] {
  const certainty = certaintyFor(set, principal);
  return missing(rules.filter(isAllow), (action, resource) => holdsAsOthers(certainty, action, resource));
}

/**
 * Returns what `principal` could do in more circumstances without these rules, all of which restrict: what the policies do
 * not allow in all circumstances now, or only with an approval where a rule that requires one is among them.
 */
export function freedBy(
  set: PolicySet,
  principal: Principal,
  restrictions: readonly PolicyRule[],
): NotHeld[] {
  const certainty = certaintyFor(set, principal);
  const [approvals, denials] = [
    restrictions.filter(isApproval),
    restrictions.filter((rule) => !isApproval(rule)),
  ];
  return [
    ...missing(denials, (action, resource) => holdsAsOthers(certainty, action, resource)),
    ...missing(approvals, certainty.holds),
  ];
}

function missing(
  rules: readonly PolicyRule[],
  isHeld: (action: Action, resource: string) => boolean,
): NotHeld[] {
  return rules.flatMap(({ action, resource }) =>
    actionsOf(action)
      .filter((each) => !isHeld(each, resource))
      .map((each) => ({ action: each, resource })),
  );
}

function holdsAsOthers({ allows, restrictions }: Certainty, action: Action, resource: string): boolean {
  return allows(action, resource) && restrictions(action, resource).every(bindsEverybody);
}

function bindsEverybody({ effect, condition }: CompiledRule): boolean {
  return effect === 'RequireApproval' && condition?.mentionsCaller !== true;
}

/** Whether the Allows give a principal everything in all circumstances, as the built-in policy does for admins. */
export function isAllowedEverything(set: PolicySet, principal: Principal): boolean {
  const { allows } = certaintyFor(set, principal);
  return ACTIONS.every((action) => allows(action, '*'));
}

/**
 * Returns what `one` may do, or might in some circumstances, that `other` may not. Rules are compared one by one: where
 * a rule's condition depends on the request for both, it counts as the same for both. An Allow of `one` is covered
 * where another Allow certainly gives the same to `other`; the restrictions of the two are compared separately.
 */
export function rightsBeyond(set: PolicySet, one: Principal, other: Principal): NotHeld[] {
  const [mine, theirs] = [certaintyFor(set, one), certaintyFor(set, other)];
  return set.rules.flatMap((rule) => {
    const resource = rule.resource.text;
    return [...rule.actions]
      .filter((action) => {
        const own = rankOf(mine.outcome(rule, resource));
        const foreign = rankOf(theirs.outcome(rule, resource));
        return rule.effect === 'Allow'
          ? own > foreign && !theirs.allows(action, resource)
          : foreign > own && mayBeAllowed(set, mine, action, resource);
      })
      .map((action) => ({ action, resource }));
  });
}

/** Whether a rule allows a principal an action on a part of a pattern, or does so in some circumstances. */
export function mightDo(set: PolicySet, principal: Principal, action: Action, resource: string): boolean {
  return mayBeAllowed(set, certaintyFor(set, principal), action, resource);
}

function mayBeAllowed(
  set: PolicySet,
  { outcome }: Pick<Certainty, 'outcome'>,
  action: Action,
  resource: string,
): boolean {
  return set.rules.some(
    (rule) =>
      rule.effect === 'Allow' &&
      rule.actions.has(action) &&
      overlaps(rule.resource.text, resource) &&
      outcome(rule, resource) !== false,
  );
}

/** The rules of a set that restrict a principal, or may do so in some circumstances. */
export function bindingRules(set: PolicySet, principal: Principal): CompiledRule[] {
  const { outcome } = certaintyFor(set, principal);
  return set.rules.filter((rule) => rule.effect !== 'Allow' && outcome(rule, rule.resource.text) !== false);
}

/** Never, in some circumstances, always. */
function rankOf(outcome: boolean | undefined): number {
  return outcome === undefined ? 1 : outcome ? 2 : 0;
}

/** The Allows of `after` that allow more than those of `before` already did, under the same condition or none. */
export function addedAllows(before: readonly PolicyRule[], after: readonly PolicyRule[]): PolicyRule[] {
  return added(before.filter(isAllow), after.filter(isAllow));
}

/** The same for rules that restrict: those of `after` that deny more than those of `before` did. */
export function addedRestrictions(before: readonly PolicyRule[], after: readonly PolicyRule[]): PolicyRule[] {
  const restricts = (rule: PolicyRule) => !isAllow(rule);
  return added(before.filter(restricts), after.filter(restricts));
}

function added(before: readonly PolicyRule[], after: readonly PolicyRule[]): PolicyRule[] {
  return after.filter(
    (rule) =>
      !actionsOf(rule.action).every((each) =>
        before.some(
          ({ effect, resource, action, condition, approval }) =>
            effect === rule.effect &&
            contains(resource, rule.resource) &&
            (condition === undefined || condition === rule.condition) &&
            (!approval || !rule.approval || demandsAtLeast(approval, rule.approval)) &&
            actionsOf(action).includes(each),
        ),
      ),
  );
}

function isAllow({ effect }: PolicyRule): boolean {
  return effect === 'Allow';
}

function isApproval({ effect }: PolicyRule): boolean {
  return effect === 'RequireApproval';
}
