/** The number of steps. */
export interface PlanReport {
  type: 'plan';
  steps: number;
}

/** The states of a step. */
export const STEP_STATES = ['started', 'completed', 'failed', 'skipped'] as const;
/** One of {@link STEP_STATES}. */
export type StepState = (typeof STEP_STATES)[number];

/** A step starts or ends. */
export interface StepReport {
  type: 'step';
  name: string;
  state: StepState;
  /** Counted from 1. */
  index?: number;
  total?: number;
}

/** The actions at a provider. */
export const ACTS = ['created', 'changed', 'destroyed'] as const;
/**
 * Actions, and records without one: `unchanged` exists and was left as it is, `adopted` entered the inventory as
 * something that the platform did not make, `forgotten` left the inventory and still exists.
 */
export const RESOURCE_ACTIONS = [...ACTS, 'unchanged', 'adopted', 'forgotten'] as const;
/** One of the resource actions. */
export type ResourceAction = (typeof RESOURCE_ACTIONS)[number];

/** A change to one thing. Inventory and rollback are derived from these reports. */
export interface ResourceReport {
  type: 'resource';
  /** `server`, `taskserv`, `cluster`, … */
  kind: string;
  name: string;
  infra: string;
  action: ResourceAction;
  driver: string | null;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

/** An action on one thing that is about to start. A `resource` report follows if it changed anything. */
export interface IntentReport extends Omit<ResourceReport, 'type' | 'action'> {
  type: 'intent';
  action: (typeof ACTS)[number];
}

/** The planned changes. */
export const PLANNED_CHANGES = ['create', 'change', 'destroy'] as const;

/** In check mode: what would be done to one thing. */
export interface PlannedReport {
  type: 'planned';
  change: (typeof PLANNED_CHANGES)[number];
  kind: string;
  name: string;
  infra: string;
  provider: string | null;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

/** The result of the work, in a sentence. */
export interface ResultReport {
  type: 'result';
  message: string;
  data?: unknown;
}

/** Why it failed, in a sentence. */
export interface ErrorReport {
  type: 'error';
  message: string;
}

/** Any line of a report file. */
export type Report =
  PlanReport | PlannedReport | StepReport | IntentReport | ResourceReport | ResultReport | ErrorReport;

/** The maximum length of a line in bytes of UTF-8, without its line break. Longer lines are ignored. */
export const MAX_REPORT_BYTES = 64 * 1024;
