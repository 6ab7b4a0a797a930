import type { ApprovalRequirement } from '@provisioning/policy';
import type {
  MovedInput,
  Plan,
  PlanContent,
  PlanDecision,
  PlanInputs,
  PlanKind,
  PlannedRequest,
  PlanStatus,
  PlanSummary,
} from '../../domain/plan/plan.js';
import type { Submitter } from '../../domain/workflow/submitter.js';
import type { AuthorshipRow } from '../audit/actor-row.js';

/** A plan as the SQL function `submit_plan` takes it: columns of `plans`. */
export interface NewPlanRow extends AuthorshipRow {
  id: string;
  kind: PlanKind;
  name: string;
  request: PlannedRequest['request'];
  infras: readonly string[];
  scope_id: string;
  planning_task: string | null;
}

/** The columns of a plan in a list. */
export interface PlanSummaryRow {
  id: string;
  kind: PlanKind;
  name: string;
  status: PlanStatus;
  infras: string[];
  scope_id: string;
  digest: string | null;
  created_by: string;
  created_by_name: string;
  created_at: Date;
  planned_at: Date | null;
  expires_at: Date | null;
  ended_at: Date | null;
  error: string | null;
  run_id: string | null;
  counts: Partial<PlanSummary['counts']>;
}

/** A row of `plans`, with its decisions. */
export interface PlanRow extends PlanSummaryRow {
  request: PlannedRequest['request'];
  planning_task: string | null;
  verification_task: string | null;
  executor: Submitter | null;
  inputs: PlanInputs | null;
  content: PlanContent | null;
  moved: MovedInput[];
  requirements: ApprovalRequirement[];
}

/** A row of `plan_decisions`. */
export interface DecisionRow {
  user_id: string;
  username: string;
  decision: PlanDecision['decision'];
  comment: string | null;
  decided_at: Date;
}

/** The columns of {@link PlanSummaryRow}; the changes are counted in the database. */
export const SUMMARY_COLUMNS = `
  id, kind, name, status, infras, scope_id, digest, created_by, created_by_name, created_at, planned_at, expires_at, ended_at,
  error, run_id,
  (select coalesce(jsonb_object_agg(change, n), '{}') from (
     select c ->> 'change' as change, count(*) as n from jsonb_array_elements(content -> 'changes') c group by 1) counted) as counts`;

/** Returns a plan of a list. */
export function toPlanSummary(row: PlanSummaryRow): PlanSummary {
  const { create = 0, change = 0, destroy = 0 } = row.counts;
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    status: row.status,
    infras: row.infras,
    scopeId: row.scope_id,
    digest: row.digest,
    counts: { create, change, destroy },
    createdBy: row.created_by,
    createdByName: row.created_by_name,
    createdAt: row.created_at,
    plannedAt: row.planned_at,
    expiresAt: row.expires_at,
    endedAt: row.ended_at,
    error: row.error,
    runId: row.run_id,
  };
}

/** Returns a plan with everything. */
export function toPlan(row: PlanRow, decisions: readonly DecisionRow[]): Plan {
  // Safe cast: kind and request are stored together.
  const planned = { kind: row.kind, request: row.request } as PlannedRequest;
  return {
    ...toPlanSummary(row),
    ...planned,
    planningTask: row.planning_task,
    verificationTask: row.verification_task,
    executor: row.executor,
    inputs: row.inputs,
    content: row.content,
    moved: row.moved,
    requirements: row.requirements,
    decisions: decisions.map((decision) => ({
      userId: decision.user_id,
      username: decision.username,
      decision: decision.decision,
      comment: decision.comment,
      decidedAt: decision.decided_at,
    })),
  };
}
