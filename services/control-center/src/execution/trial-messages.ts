import type { FailureDetail } from '@provisioning/errors';
import type { DecisionRequest, Explanation, PolicyDocument, PolicyRule } from '@provisioning/policy';
import type { Effect } from '../domain/decision/decision-record.js';

/** What the thread for trials is asked. */
export type TrialTask =
  | { kind: 'check'; rules: readonly PolicyRule[] }
  | { kind: 'load'; key: string; revision: number; documents: readonly PolicyDocument[] }
  | { kind: 'explain'; key: string; request: DecisionRequest }
  | { kind: 'decide'; key: string; requests: readonly DecisionRequest[] };

export interface TrialAnswers {
  check: FailureDetail[];
  load: null;
  explain: Explanation;
  decide: Effect[];
}

/** What it answers, one at a time; a Failure does not survive the way as itself. */
export type TrialReply =
  { answer: TrialAnswers[keyof TrialAnswers] } | { invalid: { message: string; details: FailureDetail[] } };
