import type { FailureDetail } from '@provisioning/errors';
import type { DecisionRequest, Explanation, PolicyDocument, PolicyRule } from '@provisioning/policy';
import type { Effect } from '../domain/decision/decision-record.js';

/** A task for the thread of trials. */
export type TrialTask =
  | { kind: 'check'; rules: readonly PolicyRule[] }
  | { kind: 'load'; key: string; revision: number; documents: readonly PolicyDocument[] }
  | { kind: 'explain'; key: string; request: DecisionRequest }
  | { kind: 'decide'; key: string; requests: readonly DecisionRequest[] };

/** The answer to each kind of task. */
export interface TrialAnswers {
  check: FailureDetail[];
  load: null;
  explain: Explanation;
  decide: Effect[];
}

/** The answer to a task. A Failure is sent as its parts: it would lose its class between threads. */
export type TrialReply =
  { answer: TrialAnswers[keyof TrialAnswers] } | { invalid: { message: string; details: FailureDetail[] } };
