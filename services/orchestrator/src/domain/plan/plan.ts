import { Failure } from '@provisioning/errors';
import type { BatchPlan, PlannedPart } from '@provisioning/provisioner/host-protocol';
import type { ApprovalRequirement } from '@provisioning/policy';
import type { SemanticChange } from '@provisioning/provisioner/plan';
import type { BatchRequest } from '../batch/batch-service.js';
import type { ChangeKind } from '../rollback/rollback.js';
import type { UndoScope } from '../rollback/rollback-service.js';
import type { NamedWorkflow } from '../workflow/workflow-service.js';
import type { Submitter } from '../workflow/submitter.js';

/** See docs/states/plan.md. The last six are terminal. */
export const PLAN_STATUSES = [
  'Planning',
  'Planned',
  'Approved',
  'Executing',
  'Executed',
  'Failed',
  'Rejected',
  'Expired',
  'Stale',
  'Cancelled',
] as const;
/** One of {@link PLAN_STATUSES}. */
export type PlanStatus = (typeof PLAN_STATUSES)[number];

/** What is planned, with all defaults. It is stored, and is an input of the digest. */
export type PlannedRequest =
  | { kind: 'batch'; request: BatchRequest }
  | { kind: 'workflow'; request: NamedWorkflow }
  | { kind: 'rollback'; request: UndoScope }
  | { kind: 'restore'; request: RestoreRequest };
/** What a plan can be of. */
export type PlanKind = PlannedRequest['kind'];
/** The request of a kind. */
export type RequestOf<K extends PlanKind> = Extract<PlannedRequest, { kind: K }>['request'];

/** A request to restore a checkpoint. */
export interface RestoreRequest {
  checkpoint_id: string;
  /** Of the preview, for resources that the platform did not create; null where none is destroyed. */
  confirmation: string | null;
}

/** Everything that decides the effect of a plan, and nothing else: the digest is made of it. */
export type PlanInputs = PlanFacts & PlannedRequest;

/** The inputs beside the request. */
export interface PlanFacts extends Pick<BatchPlan, 'bases' | 'definitions' | 'drivers'> {
  /** Of this list. A digest of another format is never equal. */
  format: 1;
  /** The changes by their meaning, with the id of the operation that makes them. */
  changes: (Omit<SemanticChange, 'change'> & { change: ChangeKind; operation: string })[];
  /** Of a workflow: the settings file and all that it imports. */
  settings?: { name: string; sha256: string }[];
  /** Of a rollback or restore: why something is left as it is, or is destroyed only after a confirmation. */
  obstacles?: string[];
}

/** What a plan shows. */
export interface PlanContent {
  changes: (Omit<PlannedPart['changes'][number], 'change'> & { change: ChangeKind; operation: string })[];
  knownAfter: string[];
  notes: string[];
  /** Of a workflow: the settings that its execution uses, with all that they import and all defaults. */
  settings?: BatchPlan['settings'];
}

/** An input that differs between two plannings: its value in each of them, null where it is absent. */
export interface MovedInput {
  input: string;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

/** A decision of a user about a plan. */
export interface PlanDecision {
  userId: string;
  username: string;
  decision: 'approve' | 'reject';
  comment: string | null;
  decidedAt: Date;
}

/** A plan without its changes. */
export interface PlanSummary {
  id: string;
  kind: PlanKind;
  name: string;
  status: PlanStatus;
  infras: readonly string[];
  scopeId: string;
  digest: string | null;
  counts: { create: number; change: number; destroy: number };
  createdBy: string;
  createdByName: string;
  createdAt: Date;
  plannedAt: Date | null;
  expiresAt: Date | null;
  endedAt: Date | null;
  error: string | null;
  /** The batch, task or rollback that executes it; it exists from `Executed` on. */
  runId: string | null;
}

/** A plan with everything. */
export type Plan = PlanDetails & PlannedRequest;

interface PlanDetails extends PlanSummary {
  /** Null where no provider was asked by a task of the plan. */
  planningTask: string | null;
  verificationTask: string | null;
  /** Who executes it. */
  executor: Submitter | null;
  inputs: PlanInputs | null;
  content: PlanContent | null;
  /** What the policies required when the plan was made. They are asked again when it is executed. */
  requirements: readonly ApprovalRequirement[];
  decisions: readonly PlanDecision[];
  moved: readonly MovedInput[];
}

/** The Failure `not_found` (`plan_not_found`). */
export function unknownPlan(id: string): Failure {
  return new Failure('not_found', `There is no plan ${id}. GET /plans lists all plans.`, {
    code: 'plan_not_found',
  });
}

/** The Failure `conflict` (`plan_not_open`) for what the status of a plan does not allow. @param what `be executed` */
export function notOpen({ id, status }: Pick<Plan, 'id' | 'status'>, what: string): Failure {
  return new Failure(
    'conflict',
    `The plan ${id} is ${status} and cannot ${what}. GET /plans/${id} shows it.`,
    {
      code: 'plan_not_open',
    },
  );
}

/** The Failure `conflict` (`digest_mismatch`). */
export function otherDigest(id: string): Failure {
  return new Failure(
    'conflict',
    `digest must be the digest of the plan ${id}. Read the plan again with GET /plans/${id}.`,
    { code: 'digest_mismatch', details: [{ path: 'digest', message: 'must be the digest of the plan' }] },
  );
}
