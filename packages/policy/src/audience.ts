import { activationOfQuestion, activationOfUser } from './cel/activation.js';
import type { Condition } from './cel/condition.js';
import { checkRequest } from './check-request.js';
import { evaluator, outcomeOf } from './decide.js';
import type { Decision, DecisionRequest } from './decision.js';
import { isAction } from './policy.js';
import type { PolicySet } from './policy-set.js';
import type { Question } from './question.js';
import { parseResource } from './resource-pattern.js';

/** A request without its object. */
export type Asker = Omit<DecisionRequest, 'resource' | 'context'>;

/** Principals for whom every rule of one set has the same outcome when they ask in the same way. */
export interface Audience {
  /** Equal for all members of the audience, of one revision, action, method and path. */
  readonly key: string;
  /**
   * The effect of {@link decide} for each member at that time; undefined where it depends on the user or the address.
   */
  decide(resource: string, context: DecisionRequest['context'], time: Date): Decision['effect'] | undefined;
  /** Whether the answer for each member at that time is yes; undefined where {@link decide} leaves it open. */
  answer(question: Question, time: Date): boolean | undefined;
}

/**
 * Returns the audience of a principal. Most conditions depend on the principal alone, and most principals differ only
 * in their roles, so one decision answers many of them.
 */
export function audienceOf(set: PolicySet, asker: Asker): Audience {
  const { action, principal } = asker;
  // No request of such a principal can be evaluated.
  if (checkRequest({ ...asker, resource: 'state:*', context: {} }).length > 0 || !isAction(action)) {
    return {
      key: 'none',
      decide: () => 'IMPLICIT_DENY',
      answer: () => false,
    };
  }
  const evaluate = evaluator(() => activationOfUser(principal));
  const known = new Map<Condition, boolean | undefined>();
  let key = '';
  for (const { actions, condition } of set.rules) {
    if (!condition || !actions.has(action) || known.has(condition)) continue;
    const outcome = evaluate(condition);
    const met = 'error' in outcome ? undefined : outcome.met;
    known.set(condition, met);
    key += met === undefined ? '?' : met ? '1' : '0';
  }
  const decide: Audience['decide'] = (resource, context, time) =>
    decideFor(set, known, { ...asker, request: { ...asker.request, time }, resource, context });
  return {
    key,
    decide,
    answer: ({ resource, alsoKnownAs = [], context, mode }, time) =>
      combined(
        [resource, ...alsoKnownAs].map((name) => decide(name, context, time)),
        mode === 'not_denied',
      ),
  };
}

/** Combines the decisions on the names of one object; see {@link answerQuestion}. */
function combined(
  effects: readonly (Decision['effect'] | undefined)[],
  unlessDenied: boolean,
): boolean | undefined {
  if (effects.includes('EXPLICIT_DENY')) return false;
  if (effects.includes(undefined)) return undefined;
  return unlessDenied || effects.includes('ALLOW');
}

/** As `decide` does; a Deny that certainly applies is final, even if other conditions are unknown. */
function decideFor(
  set: PolicySet,
  known: ReadonlyMap<Condition, boolean | undefined>,
  request: DecisionRequest,
): Decision['effect'] | undefined {
  const resource = parseResource(request.resource);
  const { action } = request;
  if (!resource || !isAction(action) || checkRequest(request).length > 0) return 'IMPLICIT_DENY';
  const evaluate = evaluator(() => activationOfQuestion(request, resource));
  let allowed = false;
  let settled = true;
  for (const rule of set.matching(resource, action)) {
    const outcome = outcomeOf(rule, request.context, (condition) => {
      const met = condition ? known.get(condition) : true;
      return met === undefined ? evaluate(condition) : { met };
    });
    if ('error' in outcome) settled = false;
    else if (outcome.met && rule.effect === 'Deny') return 'EXPLICIT_DENY';
    // Left to `decide`: an audience is asked about reading, which needs no approval.
    else if (outcome.met && rule.effect === 'RequireApproval') settled = false;
    else if (outcome.met) allowed = true;
  }
  if (!settled) return undefined;
  return allowed ? 'ALLOW' : 'IMPLICIT_DENY';
}
