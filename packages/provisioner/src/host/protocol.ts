import type { Operation } from '../operations/operation.js';
import type {
  BatchPlan,
  BatchPlanOperation,
  PlannedPart,
  WorkflowPlanOperation,
} from '../operations/plan-batch.js';
import type { Survey, SurveyedInfra, SurveyOperation } from '../operations/survey.js';
import type { IntentReport, Report, ResourceReport } from '../report/types.js';

export type { BatchPlan, BatchPlanOperation, PlannedPart, WorkflowPlanOperation };
export type { IntentReport, Operation, Report, ResourceReport, Survey, SurveyedInfra, SurveyOperation };

/** What the host does with an operation. */
export type HostAction = 'apply' | 'undo' | 'reconcile';

/** Starts an operation; `id` must differ from those of all running operations. */
export interface RunMessage {
  type: 'run';
  id: string;
  action: HostAction;
  operation: (Operation | SurveyOperation | BatchPlanOperation | WorkflowPlanOperation) & { infra: string };
  /** Plan only, without any change. */
  check: boolean;
  /** The same for every attempt at the operation, for undoing it and for reconciling it. */
  idempotency_key: string;
  /** Whether this is the first attempt: providers need not be asked what earlier ones did. */
  fresh?: boolean;
  /** The intents that earlier attempts stored. */
  intents?: readonly IntentReport[];
  /** For `undo`: what the operation reported. Changes that it made without a report are undone, too. */
  changes?: readonly ResourceReport[];
  /** For `undo`: the intents that the operation stored. */
  intents_to_undo?: readonly IntentReport[];
  /** For `undo`: undo only those changes. */
  exactly?: boolean;
}

/** An intent has been stored: the act may start. */
export interface IntendedMessage {
  type: 'intended';
  id: string;
  number: number;
}

/** Cancels an operation: started acts are finished, others do not start. Unknown ids are ignored. */
export interface CancelMessage {
  type: 'cancel';
  id: string;
}

/** A message of the executor to the driver host: one line of JSON. */
export type ToDriverHost = RunMessage | CancelMessage | IntendedMessage;

/** The last message about an operation. */
export interface EndedMessage {
  type: 'ended';
  id: string;
  outcome: 'completed' | 'failed' | 'cancelled';
  /** Why it failed, or how much was done before it was cancelled; a sentence. */
  error?: string;
  /** For a failure: whether a repetition fails in the same way until something is changed. */
  permanent?: boolean;
  /** For `reconcile`: whether everything that the operation wants exists as wanted. */
  satisfied?: boolean;
}

/** A message of the driver host to the executor: one line of JSON. */
export type FromDriverHost =
  | { type: 'hello'; pid: number }
  | { type: 'log'; id: string; text: string }
  | { type: 'report'; id: string; report: Report }
  /** An act is about to start: it waits for the `intended` of that number. */
  | { type: 'intend'; id: string; number: number; intent: IntentReport }
  | EndedMessage;

/** The maximum length of a line in bytes: an operation of a batch has 8 MiB at most, its changes a little more. */
export const MAX_HOST_LINE_BYTES = 64 * 1024 * 1024;
