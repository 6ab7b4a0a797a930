import { decide } from './decide.js';
import type { Decision, DecisionRequest } from './decision.js';
import type { Asker } from './group.js';
import type { Action } from './policy.js';
import type { PolicySet } from './policy-set.js';

/** A question to the policies, except for who asks it, when and from where. */
export interface Question {
  action: Action;
  /** `type:id`. */
  resource: string;
  /** Other names of the same thing (`batches:<id>` beside `batches:<name>`): a rule for any of them counts. */
  alsoKnownAs?: readonly string[] | undefined;
  /** Values for conditions (infra, provider, kind…): declared and checked, or of the stored object. */
  context: DecisionRequest['context'];
  /**
   * Which answer counts as a yes.
   * - `allowed`: a rule allows it and none denies it. The default.
   * - `not_denied`: no rule denies it.
   * - `open`: for lists, whose rows are asked about one by one. Rules whose conditions depend on the row are left to the
   *   rows; what is certainly refused is refused.
   */
  mode?: 'allowed' | 'not_denied' | 'open' | undefined;
}

/** The answer to a question, with the decision that it follows from. */
export interface Answer {
  yes: boolean;
  decision: Decision;
  /** The one of the thing's names that was decided on. */
  resource: string;
}

/** Decides a question about a thing that may have several names: a Deny for any of them denies, an Allow for any allows. */
export function answerQuestion(
  set: PolicySet,
  asker: Omit<Asker, 'action'>,
  { action, resource, alsoKnownAs = [], context, mode = 'allowed' }: Question,
): Answer {
  let decided = resource;
  let decision = decide(set, { ...asker, action, resource, context });
  for (const name of alsoKnownAs) {
    const other = decide(set, { ...asker, action, resource: name, context });
    if (STRENGTH[other.effect] > STRENGTH[decision.effect]) [decision, decided] = [other, name];
  }
  return { yes: isYes(decision, mode), decision, resource: decided };
}

const STRENGTH = { IMPLICIT_DENY: 0, ALLOW: 1, EXPLICIT_DENY: 2 } as const;

function isYes({ effect, matched, errors }: Decision, mode: NonNullable<Question['mode']>): boolean {
  if (effect === 'ALLOW') return true;
  // A question that could not be decided on is refused in every mode.
  if (errors.some(({ rule }) => rule === null)) return false;
  if (mode === 'not_denied') return effect !== 'EXPLICIT_DENY';
  if (mode === 'allowed') return false;
  // Only conditions that could not be evaluated stand in the way: the rows have what these ask for.
  return effect === 'EXPLICIT_DENY'
    ? matched.every((rule) => rule.effect !== 'Deny' || rule.reason === 'condition_error')
    : errors.length > 0;
}
