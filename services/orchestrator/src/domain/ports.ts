import type { Scope } from './access/scope.js';
import type {
  Thing,
  VisibleCheckpoints,
  VisibleRows,
  VisibleStatistics,
  VisibleTasks,
} from './access/visibility.js';
import type { Actor } from './audit/actor.js';
import type { EventPage } from './event/recorded-event.js';
import type {
  Batch,
  BatchStatus,
  NewBatch,
  NewOperation,
  Operation,
  OperationSummary,
} from './batch/batch.js';
import type {
  Checkpoint,
  CheckpointItem,
  IdentifiedThing,
  JournalEntry,
  Obstacle,
  Resource,
  Rollback,
  RollbackScope,
  RollbackStatistics,
} from './rollback/rollback.js';
import type { Statistics, SystemHealth, Workforce, WorkflowCounts } from './state/state.js';
import type { SurveyEnd } from './state/survey.js';
import type { IdempotencyKey, Submitter } from './workflow/submitter.js';
import type { LogLine, NewTask, Snapshot, Task, TaskDetails, TaskStatus, WaitingFor } from './task/task.js';

export type SubmitOutcome =
  | { outcome: 'created'; taskId: string; ready: boolean }
  | { outcome: 'replayed'; taskId: string }
  | { outcome: 'conflict' };

export type CancelOutcome = 'cancelled' | 'requested' | 'ended' | 'refused' | 'unknown';

/** Which part of a list: `limit` rows that follow the first `offset` ones, or the row with the key `after`. */
export interface Page<Key = string> {
  limit: number;
  offset: number;
  after?: Key | undefined;
}

export interface TaskFilter extends Page {
  statuses: readonly TaskStatus[] | undefined;
  /** All, where absent. */
  visible?: VisibleTasks | undefined;
}

export interface LogQuery {
  /** Lines after this number. */
  after: number;
  limit: number;
  /** Only lines that hold this text, whatever its case. */
  search: string | undefined;
}

export interface TaskStore {
  submit(task: NewTask, idempotency: IdempotencyKey | undefined): Promise<SubmitOutcome>;
  /** Newest first. */
  list(filter: TaskFilter): Promise<{ tasks: Task[]; total: number }>;
  find(id: string): Promise<TaskDetails | undefined>;
  cancel(id: string, by: string, actor?: Actor): Promise<{ outcome: CancelOutcome; ready: string[] }>;
  logs(id: string, query: LogQuery): Promise<LogLine[]>;
  /** Seconds that the latest runs of this name took from start to success; empty when there was none. */
  recentDurations(name: string, checkMode: boolean): Promise<number[]>;
}

export interface BatchFilter extends Page {
  status: BatchStatus | undefined;
  /** All, where absent. */
  visible?: VisibleRows | undefined;
}

export type SubmitBatchOutcome =
  | { outcome: 'created'; batchId: string; ready: string[] }
  | { outcome: 'replayed'; batchId: string }
  /** What is to be resumed was resumed before, by that one. */
  | { outcome: 'resumed'; batchId: string }
  | { outcome: 'conflict' };

export interface FoundBatch {
  batch: Batch;
  operations: Operation[];
  /** What keeps the whole batch waiting. */
  waitingFor: WaitingFor | null;
  /** The batch that resumed it. */
  resumedBy: string | null;
}

export interface BatchStore {
  submit(
    batch: NewBatch,
    operations: readonly NewOperation[],
    idempotency: IdempotencyKey | undefined,
  ): Promise<SubmitBatchOutcome>;
  /** Newest first; of each batch the first hundred operations. */
  list(
    filter: BatchFilter,
  ): Promise<{ batches: (Batch & { operations: OperationSummary[] })[]; total: number }>;
  /** A batch with all of its operations, as far as a list shows them. */
  summary(id: string): Promise<{ batch: Batch; operations: OperationSummary[] } | undefined>;
  find(id: string): Promise<FoundBatch | undefined>;
  cancel(id: string, by: string, actor?: Actor): Promise<{ outcome: CancelOutcome; ready: string[] }>;
}

/** Tasks and batches that counts may contain. */
export interface VisibleWork {
  tasks: VisibleTasks | undefined;
  batches: VisibleRows | undefined;
}

export interface StateStore {
  /** Seconds that the latest batches of this name took from start to success. */
  recentBatchDurations(name: string): Promise<number[]>;
  counts(visible?: VisibleWork): Promise<WorkflowCounts>;
  statistics(visible?: VisibleWork): Promise<Statistics>;
  workforce(): Promise<Workforce>;
}

export interface NewCheckpoint {
  id: string;
  name: string;
  description: string | null;
  infras: readonly string[] | null;
  createdBy: string;
  createdByName: string;
  actor?: Actor | undefined;
}

export interface CheckpointFilter extends Page {
  /** All, where absent. */
  visible?: VisibleCheckpoints | undefined;
}

export interface NewRollback {
  id: string;
  scope: RollbackScope;
  /** What it changes. */
  accessScope: Scope;
  impossible: readonly Obstacle[];
  infras: readonly string[];
  createdBy: string;
  createdByName: string;
  requestId: string;
  traceparent: string | undefined;
  actor?: Actor | undefined;
}

export interface RollbackStore {
  createCheckpoint(
    checkpoint: NewCheckpoint,
    idempotency: IdempotencyKey | undefined,
  ): Promise<{ outcome: 'created' | 'replayed'; id: string } | { outcome: 'conflict' }>;
  /** Newest first. */
  checkpoints(filter: CheckpointFilter): Promise<{ checkpoints: Checkpoint[]; total: number }>;
  checkpoint(id: string): Promise<Checkpoint | undefined>;
  /** The infras that a checkpoint is about. */
  infrasOf(checkpointId: string): Promise<string[]>;
  /** The infras that any checkpoint is about. */
  checkpointedInfras(): Promise<string[]>;
  /** All that a checkpoint keeps. */
  items(checkpointId: string): Promise<CheckpointItem[]>;
  /** What was done after that position of the journal and still stands, newest first. */
  changesAfter(seq: number): Promise<JournalEntry[]>;
  /** Everything that was done after that position, what was undone since and the undoing of it included; the last first. */
  historyAfter(seq: number): Promise<JournalEntry[]>;
  /** Of these things, those that the journal says the platform made. */
  madeHere(things: readonly IdentifiedThing[]): Promise<IdentifiedThing[]>;
  /** What still stands of an operation: a task's id, or an operation's in its batch. */
  changesOf(operationId: string): Promise<JournalEntry[]>;
  /** Newest entry of the journal. */
  position(): Promise<number>;
  /**
   * Begins at once or not at all. `busy`: somebody is changing one of the infras. `stale`: they were changed since the
   * journal stood at `position`.
   */
  submit(
    rollback: NewRollback,
    operations: readonly NewOperation[],
    position: number,
    idempotency: IdempotencyKey | undefined,
  ): Promise<SubmitBatchOutcome | { outcome: 'busy'; holderId: string } | { outcome: 'stale' }>;
  find(id: string): Promise<Rollback | undefined>;
  statistics(visible?: VisibleStatistics): Promise<RollbackStatistics>;
}

/** What names a resource among all; lists of them are in the order of these members. */
export interface ResourceKey {
  infra: string;
  kind: string;
  name: string;
}

export interface ResourceFilter extends Page<ResourceKey> {
  /** All, where absent. */
  visible?: readonly Thing[] | undefined;
  infra: string | undefined;
  kind: string | undefined;
  provider: string | undefined;
}

export interface JournalFilter extends Page<number> {
  /** All, where absent. */
  visible?: readonly Thing[] | undefined;
  infra: string | undefined;
  kind: string | undefined;
  name: string | undefined;
  taskId: string | undefined;
  batchId: string | undefined;
}

/** Tasks that ask the providers what exists. */
export interface SurveyStore {
  submit(id: string, infras: readonly string[], submitter: Submitter): Promise<void>;
  /** Undefined as long as it goes on. */
  end(id: string): Promise<SurveyEnd | undefined>;
  giveUp(id: string, by: string): Promise<void>;
}

export interface InventoryStore {
  /** All that exists in an infra, or in all of them. */
  everything(infra: string | undefined): Promise<Resource[]>;
  resources(filter: ResourceFilter): Promise<{ resources: Resource[]; total: number }>;
  /** Of the servers of these names in an infra: where they are. */
  providersOf(infra: string, servers: readonly string[]): Promise<{ name: string; provider: string }[]>;
  /** Each thing that there is, once. */
  things(): Promise<Thing[]>;
  /** Each thing that the journal has an entry of, once. */
  journaledThings(): Promise<Thing[]>;
  /** Newest first. */
  journal(filter: JournalFilter): Promise<{ entries: JournalEntry[]; total: number }>;
}

export interface SnapshotStore {
  /**
   * Newest first.
   * @returns undefined where `after` names no snapshot of the owner: those of old days are dropped
   */
  list(
    owner: { taskId: string } | { batchId: string },
    page: Page,
  ): Promise<{ snapshots: Snapshot[]; total: number } | undefined>;
}

/**
 * Wakes workers when there is work. It may fail, lose, repeat: what is ready stands in Postgres, and workers look there
 * too. So a wake-up is sent and forgotten: no caller waits for it.
 */
export interface Doorbell {
  ring(taskIds: readonly string[]): void;
  /** Something that runs was cancelled: its worker need not wait for its next heartbeat. */
  cancelled(): void;
}

/** The recorded events in their one order, for one reader. */
export interface EventFeedSource {
  next(after: number, limit: number): Promise<EventPage>;
  /** Where somebody begins who wants what happens from now on. */
  newest(signal?: AbortSignal): Promise<number>;
}

/** Events of the last hour, for those who were away. */
export interface EventHistory {
  /** Those after that number, up to the other one (all of which are decided), in order. */
  between(after: number, until: number, limit: number): Promise<EventPage>;
  /** Whether everything after that number is kept; `missed`: not all of it; `unknown`: there never was such a number. */
  reach(after: number): Promise<'kept' | 'missed' | 'unknown'>;
}

/** Tickets that open one connection each. */
export interface TicketStore<Holder> {
  create(holder: Holder): Promise<{ ticket: string; expiresAt: Date }>;
  /** Whose it is, once; undefined for one that was taken, is too old or never was. */
  take(ticket: string): Promise<Holder | undefined>;
}

/** Where one of several processes tells how the whole is. */
export interface HealthBoard {
  /** Whether this process is the one that tells. */
  isMine(teller: string): Promise<boolean>;
  /** Tells it where it differs from what was told last. */
  tell(teller: string, health: SystemHealth): Promise<void>;
}
