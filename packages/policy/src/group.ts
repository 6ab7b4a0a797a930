import { activationOfQuestion, activationOfUser } from './cel/activation.js';
import type { Condition } from './cel/condition.js';
import { checkRequest } from './check-request.js';
import { evaluator } from './decide.js';
import type { Decision, DecisionRequest } from './decision.js';
import { isAction } from './policy.js';
import type { PolicySet } from './policy-set.js';
import type { Question } from './question.js';
import { parseResource } from './resource-pattern.js';

/** A request, but for what it is about. */
export type Asker = Omit<DecisionRequest, 'resource' | 'context'>;

/** All for whom the same rules of one set hold, whatever they ask about, when they ask in the same way. */
export interface Group {
  /** The same for everybody of the group, of one revision, action, method and path. */
  readonly key: string;
  /** What {@link decide} answers each of them at that time; undefined where that depends on who it is, or from where. */
  decide(resource: string, context: DecisionRequest['context'], time: Date): Decision['effect'] | undefined;
  /** Whether each of them is answered with yes at that time; undefined where {@link decide} leaves it open. */
  answer(question: Question, time: Date): boolean | undefined;
}

/**
 * Which group somebody belongs to. Much of what rules ask is settled by who asks, whatever it is about: most users are
 * told apart by their roles alone. So many can be answered by one decision.
 */
export function groupOf(set: PolicySet, asker: Asker): Group {
  const { action, principal } = asker;
  // Nothing can be decided on for such a one, whatever it is about.
  if (checkRequest({ ...asker, resource: 'state:*', context: {} }).length > 0 || !isAction(action)) {
    return {
      key: 'nobody',
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
  const decide: Group['decide'] = (resource, context, time) =>
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

/** What the decisions on the names of one thing come to; see {@link answerQuestion}. */
function combined(
  effects: readonly (Decision['effect'] | undefined)[],
  unlessDenied: boolean,
): boolean | undefined {
  if (effects.includes('EXPLICIT_DENY')) return false;
  if (effects.includes(undefined)) return undefined;
  return unlessDenied || effects.includes('ALLOW');
}

/** As `decide` does; a Deny that surely applies settles it, whatever else is not known. */
function decideFor(
  set: PolicySet,
  known: ReadonlyMap<Condition, boolean | undefined>,
  request: DecisionRequest,
): Decision['effect'] | undefined {
  const resource = parseResource(request.resource);
  const { action } = request;
  if (!resource || !isAction(action) || checkRequest(request).length > 0) return 'IMPLICIT_DENY';
  const evaluate = evaluator(() => activationOfQuestion(request, resource));
  let effect: Decision['effect'] | undefined = 'IMPLICIT_DENY';
  let settled = true;
  for (const rule of set.matching(resource, action)) {
    let met = rule.condition ? known.get(rule.condition) : true;
    if (met === undefined) {
      const outcome = evaluate(rule.condition);
      met = 'error' in outcome ? undefined : outcome.met;
    }
    if (met === undefined) settled = false;
    else if (met && rule.effect === 'Deny') return 'EXPLICIT_DENY';
    else if (met) effect = 'ALLOW';
  }
  return settled ? effect : undefined;
}
