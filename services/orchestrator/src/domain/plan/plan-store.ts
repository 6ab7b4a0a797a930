import type { ApprovalRequirement } from '@provisioning/policy';
import type { Scope } from '../access/scope.js';
import type { VisibleRows } from '../access/visibility.js';
import type { Actor } from '../audit/actor.js';
import type { NewBatch, NewOperation } from '../batch/batch.js';
import type { Page } from '../page.js';
import type { NewRollback } from '../rollback/rollback-store.js';
import type { NewTask } from '../task/task.js';
import type { Submitter } from '../workflow/submitter.js';
import type {
  MovedInput,
  Plan,
  PlanContent,
  PlanDecision,
  PlanInputs,
  PlannedRequest,
  PlanStatus,
  PlanSummary,
} from './plan.js';

/** A page of plans. */
export interface PlanFilter extends Page {
  statuses?: readonly PlanStatus[] | undefined;
  /** Only these. */
  ids?: readonly string[] | undefined;
  infra?: string | undefined;
  /** Only these; all where absent. */
  visible?: VisibleRows | undefined;
}

/** A plan that is being submitted. */
export type NewPlan = PlannedRequest & {
  id: string;
  name: string;
  infras: readonly string[];
  scope: Scope;
};

/** A task that plans, without changing anything. */
export interface PlanningTask {
  id: string;
  name: 'plan' | 'survey';
  infras: readonly string[];
  /** The operation of the driver host. */
  spec: object;
}

/** How a planning task ended; `data`: what it reported. */
export type PlanningEnd =
  { status: 'Completed'; data: unknown } | { status: 'Failed' | 'Cancelled'; error: string };

/** A plan for which something is to be done. */
export interface DuePlan {
  id: string;
  /** `planned`: its planning task has ended; `granted`: it has its locks; `verified`: planning again has ended. */
  what: 'planned' | 'granted' | 'verified' | 'expired';
}

/** Columns that change with a plan's status. */
export interface PlanChange {
  digest?: string;
  inputs?: PlanInputs;
  content?: PlanContent;
  expires_at?: Date;
  moved?: readonly MovedInput[];
  error?: string;
  requirements?: readonly ApprovalRequirement[];
}

/** The execution that a start belongs to. */
export interface PlanStart {
  id: string;
  verification: string | null;
}

/** Stores plans. */
export interface PlanStore {
  submit(
    plan: NewPlan,
    task: PlanningTask | null,
    submitter: Submitter,
  ): Promise<{ outcome: 'created' | 'replayed'; id: string } | { outcome: 'conflict' }>;
  find(id: string): Promise<Plan | undefined>;
  /** Newest first. */
  list(filter: PlanFilter): Promise<{ plans: PlanSummary[]; total: number }>;
  /** Submits a task that plans, for no stored plan. */
  submitTask(task: PlanningTask, submitter: Submitter): Promise<void>;
  /** @returns undefined while the task is running */
  endOf(taskId: string): Promise<PlanningEnd | undefined>;
  /** Cancels a planning task. @param by user name */
  giveUp(taskId: string, by: string): Promise<void>;
  /** Compare-and-set of the status. @returns whether the plan had one of the statuses `from`. */
  change(
    id: string,
    from: readonly PlanStatus[],
    to: PlanStatus,
    change?: PlanChange,
    actor?: Actor,
  ): Promise<boolean>;
  /** Planning → Planned, and → Approved where nothing must be approved, in one transaction. */
  planned(id: string, change: PlanChange, isApproved: boolean): Promise<boolean>;
  /** @returns whether the plan waits for decisions and has that digest */
  decide(
    id: string,
    decision: Omit<PlanDecision, 'decidedAt'> & { sessionId: string; digest: string },
    actor: Actor,
  ): Promise<boolean>;
  /** @returns whether there was an approval that could be removed */
  withdraw(id: string, userId: string, actor: Actor): Promise<boolean>;
  /** Approved → Executing. `running`: it was executed before, with the run of that id. */
  beginExecution(
    id: string,
    runId: string,
    executor: Submitter,
  ): Promise<{ outcome: 'started' | 'running'; runId: string } | { outcome: 'expired' | 'refused' }>;
  /** Stores the task that plans again, once the locks are granted. @returns whether this call stored it. */
  verify(id: string, task: PlanningTask, submitter: Submitter): Promise<boolean>;
  /** Whether a run has all of its locks. */
  hasLocks(runId: string): Promise<boolean>;
  /** Executing → Executed. @returns whether this call started the batch */
  startBatch(start: PlanStart, batch: NewBatch, operations: readonly NewOperation[]): Promise<boolean>;
  /** The same for a workflow. @param spec what the task may do */
  startTask(start: PlanStart, task: NewTask, spec: Record<string, unknown>): Promise<boolean>;
  /** The same for a rollback or restore. */
  startRollback(
    start: PlanStart,
    rollback: NewRollback,
    operations: readonly NewOperation[],
  ): Promise<boolean>;
  /** Plans for which something is to be done, the oldest first. */
  due(limit: number): Promise<DuePlan[]>;
}
