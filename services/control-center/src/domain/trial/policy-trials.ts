import type { FailureDetail } from '@provisioning/errors';
import type { DecisionRequest, Explanation, PolicyDocument, PolicyRule } from '@provisioning/policy';
import type { Effect } from '../decision/decision-record.js';

/** Policies to try out. */
export interface TrialSet {
  /** Equal for equal policies. */
  key: string;
  /** 0 for policies that are not stored. */
  revision: number;
  documents: readonly PolicyDocument[];
  /** Stored policies were accepted and may take long to compile; drafts may not. */
  origin: 'stored' | 'mixed' | 'drafts';
}

/**
 * Evaluates policies that are not in force, apart from the thread that serves requests.
 * @throws Failure `invalid` for policies that cannot be compiled or take too long.
 */
export interface PolicyTrials {
  check(rules: readonly PolicyRule[]): Promise<FailureDetail[]>;
  explain(set: TrialSet, request: DecisionRequest): Promise<Explanation>;
  decide(set: TrialSet, requests: readonly DecisionRequest[]): Promise<Effect[]>;
}
