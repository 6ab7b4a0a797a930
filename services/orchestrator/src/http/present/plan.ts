import type {
  MovedInput as WireMoved,
  PlanDiff,
  StoredPlan,
  StoredPlanSummary,
} from '@provisioning/contracts';
import { presentRequirement } from '@provisioning/http-kit';
import type { RequirementState } from '../../domain/plan/plan-approvals.js';
import type { MovedInput, Plan, PlanSummary } from '../../domain/plan/plan.js';
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
    batch_id: plan.status === 'Executed' ? plan.runId : null,
  };
}

/** A plan with its changes and decisions. */
export function presentStoredPlan(plan: Plan, requirements: readonly RequirementState[]): StoredPlan {
  const { changes = [], knownAfter = [], notes = [] } = plan.content ?? {};
  return {
    ...presentPlanSummary(plan),
    planning_task_id: plan.planningTask,
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

/** What planning again now would change about a plan. */
export function presentPlanDiff(digest: string, moved: readonly MovedInput[]): PlanDiff {
  return { digest, equal: moved.length === 0, moved: presentMoved(moved) };
}

function presentMoved(moved: readonly MovedInput[]): WireMoved[] {
  return moved
    .slice(0, MOST_MOVED)
    .map(({ input, before, after }) => ({ input: input.slice(0, 256), before, after }));
}
