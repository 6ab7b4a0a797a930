import type { BatchPlan } from '@provisioning/provisioner/host-protocol';
import type { Submitter } from '../workflow/submitter.js';
import type { Plan, PlanContent, PlanInputs, PlanKind, RequestOf } from './plan.js';
import type { PlanningTask } from './plan-store.js';

/** What a planning has found. */
export interface Planning {
  inputs: PlanInputs;
  content: PlanContent;
}

/** A planning under the locks whose digest is that of the plan, and how the plan is executed. */
export interface Run {
  plan: Plan;
  /** The id that the batch, task or rollback gets. */
  id: string;
  /** The task that planned again; null where no provider is asked. */
  verification: string | null;
  executor: Submitter;
}

/** Plans and starts one kind of work. */
export interface Planner<K extends PlanKind = PlanKind> {
  /** Returns a task that plans; null where no provider is asked. @throws Failure as the work itself is refused */
  task(request: RequestOf<K>): Promise<PlanningTask | null>;
  /**
   * @param reported by the task; undefined without one
   * @throws Failure where the work is no longer possible
   */
  conclude(request: RequestOf<K>, reported: unknown): Promise<Planning>;
  /** Executing → Executed. Does nothing if the plan is no longer executed with this verification. */
  start(run: Run, reported: unknown): Promise<void>;
}

/** A planner for each kind of work. */
export type Planners = { [K in PlanKind]: Planner<K> };

/** Returns the planner of a kind. It must only be given requests of that kind. */
export function plannerOf(planners: Planners, kind: PlanKind): Planner {
  // Safe cast: a plan has its kind and its request together.
  return planners[kind] as Planner;
}

/** Returns what is the same in the inputs and the content of plans that a task has made. */
export function changesOf({ operations }: Pick<BatchPlan, 'operations'>): PlanContent {
  return {
    changes: operations.flatMap(({ id, changes }) => changes.map((change) => ({ operation: id, ...change }))),
    knownAfter: operations.flatMap(({ known_after: values }) => values),
    notes: operations.flatMap(({ notes }) => notes),
  };
}
