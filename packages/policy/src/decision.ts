import type { Effect } from './policy.js';

export interface Principal {
  id: string;
  username: string;
  email: string;
  /** At most 64. Their order means nothing. */
  roles: readonly string[];
}

/** Who asks for what, in which circumstances. Everything that a decision depends on is in here or in the policies. */
export interface DecisionRequest {
  /** Never changed once it has asked: what follows from it alone is kept with it. */
  principal: Principal;
  action: string;
  /** `type:id`; the id `*` stands for all of a type, as in a listing, and only a rule for all of it matches. */
  resource: string;
  request: { time: Date; ip: string; method: string; path: string };
  /** JSON values: `infra`, `provider`, `check_mode` and whatever else the operation tells of itself. */
  context: Readonly<Record<string, unknown>>;
}

/** Where a rule stands. */
export interface RuleReference {
  /** The policy's name. */
  policy: string;
  /** Counted from 0 in the policy's `rules`. */
  index: number;
}

/** A rule that counted. */
export interface MatchedRule extends RuleReference {
  policyId: string | null;
  effect: Effect;
  /** `condition_error`: a Deny whose condition could not be evaluated, which therefore denies. */
  reason: 'matched' | 'condition_error';
}

/** Something that could not be evaluated. */
export interface DecisionError {
  /** The rule whose condition failed; null when the request itself cannot be decided on. */
  rule: RuleReference | null;
  /** `request.principal.roles` or `rules[0].condition`. */
  path: string;
  message: string;
  /** In the condition, both counted from 1. */
  line?: number;
  column?: number;
}

export interface Decision {
  effect: 'ALLOW' | 'EXPLICIT_DENY' | 'IMPLICIT_DENY';
  /** The rule that decided: the first that denies, else the first that allows, else null. */
  rule: RuleReference | null;
  /** Every rule that counted. */
  matched: readonly MatchedRule[];
  errors: readonly DecisionError[];
  /** Of the policies that decided. */
  revision: number;
}
