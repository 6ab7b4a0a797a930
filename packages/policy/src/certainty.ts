import { activationOfScope } from './cel/activation.js';
import { checkRequest } from './check-request.js';
import type { CompiledRule } from './compile-policy.js';
import { evaluator } from './decide.js';
import type { Principal } from './decision.js';
import type { Action, ResourceType } from './policy.js';
import type { PolicySet } from './policy-set.js';
import { contains, overlaps, typeOfPattern } from './resource-pattern.js';

/**
 * What a set of policies decides for one principal under every request. The time, address, method, path, context and
 * resource id are not known; the type is known only where the pattern names it. Whether conditions agree for all
 * requests is undecidable in general. This decides a sound part of it and errs on the side of "not certain". It never
 * throws.
 * | It relies on one property of CEL: an error becomes a value only where the other operand alone decides. So a
 * condition that is true or false while the unknown is an error has that outcome for every value of the unknown.
 */
export interface Certainty {
  /** Whether the rule's condition is met for such requests; undefined where that depends on the request. */
  outcome(rule: CompiledRule, resource: string): boolean | undefined;
  /**
   * Whether every request for `action` on anything that `resource` (a pattern) matches is allowed: one Allow covers the
   * whole pattern and is certainly met, and nothing restricts a part of it. Two Allows that cover the pattern only
   * together do not count. Requests that cannot be evaluated (see {@link checkRequest}) are left out.
   */
  holds(action: Action, resource: string): boolean;
  /** Whether one Allow covers the whole pattern and is certainly met; restrictions are ignored. */
  allows(action: Action, resource: string): boolean;
  /** Rules that deny `action` on a part of the pattern, or may do so in some circumstances. */
  restrictions(action: Action, resource: string): CompiledRule[];
}

/** Returns what is certain for a principal under these policies. */
export function certaintyFor(set: PolicySet, principal: Principal): Certainty {
  const isDecidable = canBeDecidedOn(principal);
  const evaluators = new Map<ResourceType | '*', ReturnType<typeof evaluator>>();
  const outcome: Certainty['outcome'] = ({ condition, resource: { text } }, resource) => {
    const asked = typeOfPattern(resource);
    const type = asked === '*' ? typeOfPattern(text) : asked;
    const evaluate = evaluators.get(type) ?? evaluator(() => activationOfScope(principal, type));
    evaluators.set(type, evaluate);
    const result = evaluate(condition);
    return 'error' in result ? undefined : result.met;
  };
  const allows: Certainty['allows'] = (action, resource) =>
    isDecidable &&
    set.rules.some(
      (rule) =>
        rule.effect === 'Allow' &&
        rule.actions.has(action) &&
        contains(rule.resource.text, resource) &&
        outcome(rule, resource) === true,
    );
  const restrictions: Certainty['restrictions'] = (action, resource) =>
    set.rules.filter(
      (rule) =>
        rule.effect !== 'Allow' &&
        rule.actions.has(action) &&
        overlaps(rule.resource.text, resource) &&
        outcome(rule, resource) !== false,
    );
  const holds: Certainty['holds'] = (action, resource) =>
    allows(action, resource) && restrictions(action, resource).length === 0;
  return { outcome, allows, restrictions, holds };
}

/**
 * The ids, or prefixes of ids with a `*` at the end, that a Deny names and that may apply: `*` where a condition
 * depends on the id.
 */
export function deniedIds(certainty: Certainty, action: Action, type: ResourceType): string[] {
  return certainty.restrictions(action, `${type}:*`).flatMap(({ resource: { text }, condition }) => {
    const coversAll = text === '*' || text === `${type}:*`;
    if (!coversAll) return [text.slice(type.length + 1)];
    // Which ids it denies is known only when a request names one.
    return condition?.mentionsId ? ['*'] : [];
  });
}

/** The questions of a change to any policy, existing or future. */
const CONTROL: readonly Action[] = ['read', 'create', 'update', 'delete'];
const EVERY_POLICY = 'policies:*';

/** What prevents a principal from changing policies in all circumstances. */
export interface MissingControl {
  /** Whether Allows that certainly apply cover every policy. */
  isAllowed: boolean;
  /** Rules that restrict a part of it, without duplicates. */
  restrictedBy: CompiledRule[];
}

/** Returns what prevents a principal from changing policies in all circumstances. */
export function missingControl(set: PolicySet, principal: Principal): MissingControl {
  const certainty = certaintyFor(set, principal);
  return {
    isAllowed: CONTROL.every((action) => certainty.allows(action, EVERY_POLICY)),
    restrictedBy: [...new Set(CONTROL.flatMap((action) => certainty.restrictions(action, EVERY_POLICY)))],
  };
}

/**
 * Whether a principal can read, create, update and delete every policy, of any id and under any request. Such a
 * principal can undo any policy change, so the policies stay editable while such a user can sign in.
 */
export function controlsPolicies(set: PolicySet, principal: Principal): boolean {
  const { isAllowed, restrictedBy } = missingControl(set, principal);
  return isAllowed && restrictedBy.length === 0;
}

/** A principal with too many roles or too long names is denied everything. */
function canBeDecidedOn(principal: Principal): boolean {
  const request = { time: new Date(0), ip: '', method: '', path: '' };
  return (
    checkRequest({ principal, action: 'read', resource: EVERY_POLICY, request, context: {} }).length === 0
  );
}
