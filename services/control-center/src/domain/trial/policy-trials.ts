import type { FailureDetail } from '@provisioning/errors';
import type { DecisionRequest, Explanation, PolicyDocument, PolicyRule } from '@provisioning/policy';
import type { Effect } from '../decision/decision-record.js';

/** Policies to think with. */
export interface TrialSet {
  /** The same key stands for the same policies. */
  key: string;
  /** 0 for policies that are stored nowhere. */
  revision: number;
  documents: readonly PolicyDocument[];
  /** What is stored was accepted, and may take its time to be made ready; drafts may not. */
  origin: 'stored' | 'mixed' | 'drafts';
}

/**
 * Works with policies that nobody has put in force, apart from the requests that are served meanwhile.
 * @throws Failure `invalid` for policies that cannot be used, or that take too long.
 */
export interface PolicyTrials {
  check(rules: readonly PolicyRule[]): Promise<FailureDetail[]>;
  explain(set: TrialSet, request: DecisionRequest): Promise<Explanation>;
  decide(set: TrialSet, requests: readonly DecisionRequest[]): Promise<Effect[]>;
}
