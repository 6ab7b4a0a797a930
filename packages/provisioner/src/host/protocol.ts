import type { Operation } from '../operations/operation.js';
import type { Survey, SurveyedInfra, SurveyOperation } from '../operations/survey.js';
import type { IntentReport, Report, ResourceReport } from '../report/types.js';

export type { IntentReport, Operation, Report, ResourceReport, Survey, SurveyedInfra, SurveyOperation };

/** What the host is asked to do with an operation. */
export type HostAction = 'apply' | 'undo' | 'reconcile';

/** Starts an operation; `id` is anything that no other one under way has. */
export interface RunMessage {
  type: 'run';
  id: string;
  action: HostAction;
  operation: (Operation | SurveyOperation) & { infra: string };
  /** Plan only, and change nothing. */
  check: boolean;
  /** The same for every attempt at the operation, for undoing it and for reconciling it. */
  idempotency_key: string;
  /** Whether this is the first attempt: providers need not be asked what earlier ones did. */
  fresh?: boolean;
  /** What earlier attempts at this were about to do when they were last heard of. */
  intents?: readonly IntentReport[];
  /** For `undo`: what the operation reported. What it did not live to report is undone, too. */
  changes?: readonly ResourceReport[];
  /** For `undo`: what the operation was about to do when it was last heard of. */
  intents_to_undo?: readonly IntentReport[];
  /** For `undo`: those and nothing else. */
  exactly?: boolean;
}

/** An intent has been stored: the act may begin. */
export interface IntendedMessage {
  type: 'intended';
  id: string;
  number: number;
}

/** Ends an operation early: what was begun is finished, the rest is not done. Unknown ids are passed over. */
export interface CancelMessage {
  type: 'cancel';
  id: string;
}

/** What the executor tells the driver host: a line of JSON each. */
export type ToDriverHost = RunMessage | CancelMessage | IntendedMessage;

/** The last that is heard of an operation. */
export interface EndedMessage {
  type: 'ended';
  id: string;
  outcome: 'completed' | 'failed' | 'cancelled';
  /** Why it failed, or how far it came before it was cancelled; a sentence. */
  error?: string;
  /** Of a failure: the same again can only fail again, until somebody has changed something. */
  permanent?: boolean;
  /** Of `reconcile`: whether everything that the operation wants exists as wanted. */
  satisfied?: boolean;
}

/** What the driver host tells the executor: a line of JSON each. */
export type FromDriverHost =
  | { type: 'hello'; pid: number }
  | { type: 'log'; id: string; text: string }
  | { type: 'report'; id: string; report: Report }
  /** What is about to be done: it waits for the `intended` of that number. */
  | { type: 'intend'; id: string; number: number; intent: IntentReport }
  | EndedMessage;

/** Bytes that a line may have: an operation of a batch has some 8 MiB at most, what it did some more. */
export const MAX_HOST_LINE_BYTES = 64 * 1024 * 1024;
