/** How many steps there will be. */
export interface PlanReport {
  type: 'plan';
  steps: number;
}

export const STEP_STATES = ['started', 'completed', 'failed', 'skipped'] as const;
export type StepState = (typeof STEP_STATES)[number];

/** One step begins or ends. */
export interface StepReport {
  type: 'step';
  name: string;
  state: StepState;
  /** Counted from 1. */
  index?: number;
  total?: number;
}

/** What is done at a provider. */
export const ACTS = ['created', 'changed', 'destroyed'] as const;
/**
 * Acts, and what is recorded without one: `unchanged` exists and was left as it is, `adopted` entered the inventory as
 * something that the platform did not make, `forgotten` left the inventory and still exists.
 */
export const RESOURCE_ACTIONS = [...ACTS, 'unchanged', 'adopted', 'forgotten'] as const;
export type ResourceAction = (typeof RESOURCE_ACTIONS)[number];

/** What was done to one thing: what the inventory and the way back are made of. */
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

/** What is about to be done to one thing; what came of it follows as a `resource`, if anything did. */
export interface IntentReport extends Omit<ResourceReport, 'type' | 'action'> {
  type: 'intent';
  action: (typeof ACTS)[number];
}

/** What a planned change would do. */
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

/** What came of it all, in a sentence. */
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

export type Report =
  PlanReport | PlannedReport | StepReport | IntentReport | ResourceReport | ResultReport | ErrorReport;

/** A line is ignored if it has more bytes of UTF-8, its line break not counted. */
export const MAX_REPORT_BYTES = 64 * 1024;
