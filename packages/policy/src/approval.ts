import type { ApprovalRequirement, PlanContext } from './decision.js';
import type { Action, ResourceType, RuleApproval } from './policy.js';

/** An approval that was given, with the roles that the approver has now. */
export interface Approval {
  userId: string;
  roles: readonly string[];
  /** When it was given (ISO 8601). */
  at: string;
}

/** The plan that is executed, with the approvals that it got. It survives JSON unchanged. */
export interface ApprovedPlan {
  id: string;
  submitterId: string;
  /** What conditions read as `context.plan`. */
  changes: PlanContext;
  /** Only of users who may still approve the plan, with the roles that they have now. */
  approvals: readonly Approval[];
  /** When its execution is requested (ISO 8601): approvals that have expired by then do not count. */
  executedAt: string;
}

/**
 * The types that may require approval. What changes belongs to one of them, so a rule for them holds for every batch,
 * workflow, retry, rollback and restore that carries the change.
 */
export const APPROVABLE_TYPES = [
  'servers',
  'taskservs',
  'clusters',
  'commands',
] as const satisfies readonly ResourceType[];

/** The actions that may require approval: those that change something a plan lists. */
export const APPROVABLE_ACTIONS = [
  'create',
  'update',
  'delete',
  'execute',
] as const satisfies readonly Action[];

/**
 * Returns the approvals that count for a requirement, the newest of each approver.
 * @param submitterId of the plan that is approved.
 */
export function countedApprovals(
  { roles, distinctFrom, expiresIn }: ApprovalRequirement,
  approvals: readonly Approval[],
  { submitterId, now }: { submitterId: string; now: Date },
): Approval[] {
  const counted = new Map<string, Approval>();
  for (const approval of approvals) {
    if (distinctFrom.includes('submitter') && approval.userId === submitterId) continue;
    if (roles && !roles.some((role) => approval.roles.includes(role))) continue;
    // Written so that a time that cannot be read counts as expired.
    if (expiresIn !== null && !(now.getTime() < Date.parse(approval.at) + expiresIn * 1000)) continue;
    const known = counted.get(approval.userId);
    if (!known || Date.parse(known.at) < Date.parse(approval.at)) counted.set(approval.userId, approval);
  }
  return [...counted.values()];
}

/** Returns the requirements that these approvals do not fulfil. Each is counted by itself: one approval may count for several. */
export function unfulfilled(
  requirements: readonly ApprovalRequirement[],
  approvals: readonly Approval[],
  about: { submitterId: string; now: Date },
): ApprovalRequirement[] {
  return requirements.filter(
    (requirement) => countedApprovals(requirement, approvals, about).length < requirement.count,
  );
}

/** Returns the requirements without duplicates: a rule demands the same for every question that it matches. */
export function distinctRequirements(requirements: readonly ApprovalRequirement[]): ApprovalRequirement[] {
  return [
    ...new Map(
      requirements.map((each) => [JSON.stringify([each.policy, each.policyId, each.index]), each]),
    ).values(),
  ];
}

/** Whether what satisfies `one` always satisfies `other` too. */
export function demandsAtLeast(one: RuleApproval, other: RuleApproval): boolean {
  const { roles, distinct_from: excluded = [], expires_in: expiry = Infinity } = one;
  return (
    one.count >= other.count &&
    (other.roles === undefined || roles?.every((role) => other.roles?.includes(role)) === true) &&
    (other.distinct_from ?? []).every((each) => excluded.includes(each)) &&
    expiry <= (other.expires_in ?? Infinity)
  );
}
