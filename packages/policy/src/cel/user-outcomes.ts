import type { Principal } from '../decision.js';
import { activationOfUser, type Activation } from './activation.js';
import type { Condition, Outcome } from './condition.js';

interface Known {
  activation: Activation;
  /** Null: it depends on more than who asks. */
  outcomes: WeakMap<Condition, Outcome | null>;
}

/** Null: has asked once, and may never come again. */
const users = new WeakMap<Principal, Known | null>();

/**
 * What a condition comes to for somebody whatever else is asked, as those do that look at nothing but roles: worked out once
 * for whoever keeps coming, which is the same object each time. Undefined where it has to be evaluated.
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
