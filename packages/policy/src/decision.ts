import type { Effect } from './policy.js';

/** The user of a request. */
export interface Principal {
  id: string;
  username: string;
  email: string;
  /** At most 64. Their order has no meaning. */
  roles: readonly string[];
}

/** Who asks for what, in which circumstances. A decision depends only on this and on the policies. */
export interface DecisionRequest {
  /** Must not be changed after its first request: outcomes that depend on it alone are cached with it. */
  principal: Principal;
  action: string;
  /** `type:id`; the id `*` means all objects of a type, as in a listing, and only a rule for all of them matches. */
  resource: string;
  request: { time: Date; ip: string; method: string; path: string };
  /**
   * JSON values: `infra`, `provider`, `check_mode` and others that the operation provides. `plan` is the {@link PlanContext}
   * of the plan that is executed; it is absent while there is none.
   */
  context: Readonly<Record<string, unknown>>;
}

/** What a plan changes, for conditions: `context.plan.destroys > 0`, `'aws' in context.plan.providers`. */
export interface PlanContext {
  /** Numbers of resources. */
  creates: number;
  changes: number;
  destroys: number;
  /** Names of the providers of everything that the plan changes, without duplicates. At most 64. */
  providers: readonly string[];
}

/** The position of a rule. */
export interface RuleReference {
  /** The policy's name. */
  policy: string;
  /** Counted from 0 in the policy's `rules`. */
  index: number;
}

/** What a `RequireApproval` rule that matched a request demands. */
export interface ApprovalRequirement extends RuleReference {
  policyId: string | null;
  /** How many people must approve, 1 or more. */
  count: number;
  /** Null: every user who may approve counts. */
  roles: readonly string[] | null;
  /** Empty: the submitter's approval counts too. */
  distinctFrom: readonly 'submitter'[];
  /** Seconds after which an approval no longer counts; null: never. */
  expiresIn: number | null;
}

/** A rule that counted. */
export interface MatchedRule extends RuleReference {
  policyId: string | null;
  effect: Effect;
  /** `condition_error`: a Deny or RequireApproval whose condition could not be evaluated, which therefore applies. */
  reason: 'matched' | 'condition_error';
}

/** A condition or a request that could not be evaluated. */
export interface DecisionError {
  /** The rule whose condition failed; null when the request itself cannot be evaluated. */
  rule: RuleReference | null;
  /** `request.principal.roles` or `rules[0].condition`. */
  path: string;
  message: string;
  /** In the condition, both counted from 1. */
  line?: number;
  column?: number;
}

/** The outcome of an evaluation. */
export interface Decision {
  /** `NEEDS_APPROVAL`: a rule allows it and none denies it, but only with the `approvals`. */
  effect: 'ALLOW' | 'NEEDS_APPROVAL' | 'EXPLICIT_DENY' | 'IMPLICIT_DENY';
  /**
   * The rule that decided: the first that denies; else, where a rule allows it, the first that requires approval, or the
   * first that allows; else null.
   */
  rule: RuleReference | null;
  /** Every rule that counted. */
  matched: readonly MatchedRule[];
  /** What every matching RequireApproval demands, with every effect. */
  approvals: readonly ApprovalRequirement[];
  errors: readonly DecisionError[];
  /** Revision of the policies that decided. */
  revision: number;
}
