import type { Scope } from '../access/scope.js';
import type { RecordedEventType } from './catalogue.js';

/** The task of an event, in its state when the event is read. */
export interface TaskSubject {
  kind: 'workflow' | 'operation' | 'rollback' | 'survey';
  name: string;
  infra: string;
  checkMode: boolean;
  /** Id of the operation in its batch. */
  operation: string | null;
  scopeId: string | null;
  /** Null if it was not looked up or is not known. */
  scope: Scope | null;
}

/** The batch of an event, in its state when the event is read. */
export interface BatchSubject {
  kind: 'batch' | 'rollback';
  name: string;
  infras: readonly string[];
  scopeId: string | null;
  scope: Scope | null;
}

/** The plan of an event, as it was when the event was recorded. */
export interface PlanSubject {
  id: string;
  kind: string;
  name: string;
  infras: readonly string[];
  scopeId: string;
  /** Null if it was not looked up or is not known. */
  scope: Scope | null;
}

/** An event, as it was recorded in the transaction of the change. */
export interface RecordedEvent {
  /** Its number in the order of all events. Readers resume after it. */
  seq: number;
  at: Date;
  taskId: string | null;
  batchId: string | null;
  attempt: number;
  /** See the catalogue. */
  type: RecordedEventType;
  /** The stored status, such as `RetryWait`; empty for `log`. */
  status: string;
  details: Record<string, unknown>;
  task: TaskSubject | null;
  batch: BatchSubject | null;
  /** Only of `plan_changed`. */
  plan: PlanSubject | null;
  /** Only of `log`. */
  log: { firstLine: number; lineCount: number; text: string; truncated: boolean } | null;
}

/** Consecutive events. */
export interface EventPage<Event = RecordedEvent> {
  events: Event[];
  /** Number of the last event that was read: later events have higher numbers. */
  position: number;
  /** Whether more events may be available now. */
  more: boolean;
}
