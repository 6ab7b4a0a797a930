import type {
  MovedInput as WireMoved,
  PlanDiff,
  PlanExecuted,
  StoredPlan,
  StoredPlanSummary,
} from '@provisioning/contracts';
import { presentRequirement } from '@provisioning/http-kit';
import type { SubmittedBatch } from '../../domain/batch/batch-service.js';
import type { Execution } from '../../domain/plan/plan-execution.js';
import type { RequirementState } from '../../domain/plan/plan-approvals.js';
import type { MovedInput, Plan, PlanSummary } from '../../domain/plan/plan.js';
import { presentSubmitted } from './batch.js';
import { presentChange } from './resource.js';

const MOST_MOVED = 1_000;

/** A plan in a list. */
export function presentPlanSummary(plan: PlanSummary): StoredPlanSummary {
  return {
    id: plan.id,
    status: plan.status,
    kind: plan.kind,
    name: plan.name,
    infras: [...plan.infras],
    digest: plan.digest,
    summary: plan.counts,
    created_by: plan.createdByName,
    created_at: plan.createdAt.toISOString(),
    planned_at: plan.plannedAt?.toISOString() ?? null,
    expires_at: plan.expiresAt?.toISOString() ?? null,
    ended_at: plan.endedAt?.toISOString() ?? null,
    error: plan.error?.slice(0, 4096) ?? null,
    ...runOf(plan.kind, plan.status === 'Executed' ? plan.runId : null),
  };
}

/** A plan with its changes and decisions. */
export function presentStoredPlan(plan: Plan, requirements: readonly RequirementState[]): StoredPlan {
  const { changes = [], knownAfter = [], notes = [], settings } = plan.content ?? {};
  return {
    ...presentPlanSummary(plan),
    planning_task_id: plan.planningTask,
    ...(settings ? { settings: settings.files } : {}),
    changes: changes.map(({ operation, ...change }) => ({ operation, ...presentChange(change) })),
    known_after: knownAfter,
    notes: notes.map((note) => note.slice(0, 2048)),
    requirements: requirements.map(({ requirement, fulfilledBy }) => ({
      ...presentRequirement(requirement),
      fulfilled_by: fulfilledBy,
      fulfilled: fulfilledBy.length >= requirement.count,
    })),
    decisions: plan.decisions.map(({ username, decision, comment, decidedAt }) => ({
      user: username,
      decision,
      comment,
      decided_at: decidedAt.toISOString(),
    })),
    moved: presentMoved(plan.moved),
  };
}

function runOf(kind: Plan['kind'], id: string | null) {
  const isUndo = kind === 'rollback' || kind === 'restore';
  return {
    batch_id: kind === 'batch' ? id : null,
    task_id: kind === 'workflow' ? id : null,
    rollback_id: isUndo ? id : null,
  };
}

/** What executes a plan, or will execute it. @param batch of a plan of a batch that has started */
export function presentExecuted(
  { id, kind }: Pick<Plan, 'id' | 'kind'>,
  { runId, hasStarted }: Execution,
  batch: SubmittedBatch | undefined,
): PlanExecuted {
  const about = { plan_id: id, kind };
  if (batch) return { ...presentSubmitted(batch), ...about };
  const status = hasStarted ? 'Running' : 'Pending';
  if (kind === 'batch') return { ...about, status, batch_id: runId, operations: [] };
  return kind === 'workflow'
    ? { ...about, status, task_id: runId }
    : { ...about, status, rollback_id: runId };
}

/** What planning again now would change about a plan. */
export function presentPlanDiff(digest: string, moved: readonly MovedInput[]): PlanDiff {
  return { digest, equal: moved.length === 0, moved: presentMoved(moved) };
}

function presentMoved(moved: readonly MovedInput[]): WireMoved[] {
  return moved
    .slice(0, MOST_MOVED)
    .map(({ input, before, after }) => ({ input: input.slice(0, 256), before, after }));
}
