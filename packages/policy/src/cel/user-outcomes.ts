import type { Principal } from '../decision.js';
import { activationOfUser, type Activation } from './activation.js';
import type { Condition, Outcome } from './condition.js';

interface Known {
  activation: Activation;
  /** Null: the outcome depends on more than the user. */
  outcomes: WeakMap<Condition, Outcome | null>;
}

/** Null: the principal has been seen once, and may not be seen again. */
const users = new WeakMap<Principal, Known | null>();

/**
 * Returns the outcome of a condition for a user where it is the same for every request, as for conditions that read
 * only roles. It is computed once for principals that ask repeatedly (the same object each time). Undefined where the
 * condition must be evaluated.
 */
export function outcomesFor(principal: Principal): (condition: Condition) => Outcome | undefined {
  let known = users.get(principal);
  if (known === undefined) {
    users.set(principal, null);
    return () => undefined;
  }
  if (known === null) {
    known = { activation: activationOfUser(principal), outcomes: new WeakMap() };
    users.set(principal, known);
  }
  const { activation, outcomes } = known;
  return (condition) => {
    let outcome = outcomes.get(condition);
    if (outcome === undefined) {
      const alone = condition.evaluate(activation);
      outcome = 'error' in alone ? null : alone;
      outcomes.set(condition, outcome);
    }
    return outcome ?? undefined;
  };
}
