import { decide } from './decide.js';
import type { Decision } from './decision.js';
import type { Asker } from './audience.js';
import type { PolicySet } from './policy-set.js';
import type { Question } from './question.js';

/** The answer to a question, with the decision that it follows from. */
export interface Answer {
  yes: boolean;
  decision: Decision;
  /** The name of the object that was decided on. */
  resource: string;
}

/**
 * Decides a question about an object that may have several names: a Deny for any name denies, an Allow for any name
 * allows.
 */
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
  // A request that could not be evaluated is refused in every mode.
  if (errors.some(({ rule }) => rule === null)) return false;
  if (mode === 'not_denied') return effect !== 'EXPLICIT_DENY';
  if (mode === 'allowed') return false;
  // Only conditions that could not be evaluated prevent the answer: the rows have the values that they read.
  return effect === 'EXPLICIT_DENY'
    ? matched.every((rule) => rule.effect !== 'Deny' || rule.reason === 'condition_error')
    : errors.length > 0;
}
