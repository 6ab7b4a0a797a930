import type { Scope } from '../access/scope.js';
import type { RecordedEventType } from './catalogue.js';

/** What the event is about, as it stands when the event is read. */
export interface TaskSubject {
  kind: 'workflow' | 'operation' | 'rollback' | 'survey';
  name: string;
  infra: string;
  checkMode: boolean;
  /** Its id in the batch. */
  operation: string | null;
  scopeId: string | null;
  /** What the policies are asked about; null where it was not looked up, or is not known. */
  scope: Scope | null;
}

export interface BatchSubject {
  kind: 'batch' | 'rollback';
  name: string;
  infras: readonly string[];
  scopeId: string | null;
  scope: Scope | null;
}

/** One event as it was recorded, in the same transaction as the change that it tells of. */
export interface RecordedEvent {
  /** Its place in the one order of everything; readers resume after it. */
  seq: number;
  at: Date;
  taskId: string | null;
  batchId: string | null;
  attempt: number;
  /** The catalogue says what becomes of it. */
  type: RecordedEventType;
  /** As stored, e.g. `RetryWait`; empty for the log. */
  status: string;
  details: Record<string, unknown>;
  task: TaskSubject | null;
  batch: BatchSubject | null;
  /** Of `log` alone. */
  log: { firstLine: number; lineCount: number; text: string; truncated: boolean } | null;
}

/** Some events in their order. */
export interface EventPage<Event = RecordedEvent> {
  events: Event[];
  /** Everything up to here was told; what comes later has a higher number. */
  position: number;
  /** Whether there may be more right now. */
  more: boolean;
}
