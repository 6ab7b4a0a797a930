import {
  answerQuestion,
  countedApprovals,
  type ApprovalRequirement,
  type ApprovedPlan,
  type PolicySet,
  type Principal,
} from '@provisioning/policy';
import { isStillAllowed, missingApprovals, type Grant } from '../access/grant.js';
import { planQuestions, type Scope } from '../access/scope.js';
import type { CurrentUser } from '../access/grant-reviewer.js';
import type { Submitter } from '../workflow/submitter.js';
import { executionQuestions } from './execution-questions.js';
import type { Plan } from './plan.js';

/** What is needed to count approvals. */
export interface ApprovalNeeds {
  /** The users of these ids as they are now; deleted ones are left out. */
  users(ids: readonly string[]): Promise<CurrentUser[]>;
  /** The policies in force. */
  policies(): PolicySet;
  scopeOf(plan: Plan): Promise<Scope>;
}

/** How far a requirement is fulfilled. */
export interface RequirementState {
  requirement: ApprovalRequirement;
  /** The users whose approvals count. */
  fulfilledBy: string[];
}

/** Whether the user who executes a plan may still do so, with the approvals and rights of now. */
export type StillApproved =
  /** `executor` has the approvals that count now: the batch starts on them. */
  | { is: 'approved'; executor: Submitter }
  | { is: 'unapproved'; missing: ApprovalRequirement[] }
  /** The executor lost a right, or is disabled or deleted. */
  | { is: 'forbidden' };

/** The number of providers that conditions see. */
const MOST_PROVIDERS = 64;

/** Counts the approvals of plans by the policies in force and the roles that the approvers have now. */
export class PlanApprovals {
  constructor(private readonly needs: ApprovalNeeds) {}

  /** The plan for the policies. Approvals count only of users who may still approve it. */
  async approved(plan: Plan, now = new Date()): Promise<ApprovedPlan> {
    const approvals = plan.decisions.filter(({ decision }) => decision === 'approve');
    const users = await this.needs.users(approvals.map(({ userId }) => userId));
    const scope = await this.needs.scopeOf(plan);
    const entitled = new Map(
      users
        .filter((user) => user.enabled && this.#mayApprove(user, plan, scope, now))
        .map((user) => [user.id, user]),
    );
    const { create: creates, change: changes, destroy: destroys } = plan.counts;
    const named = (plan.content?.changes ?? []).flatMap(({ provider }) => provider ?? []);
    return {
      id: plan.id,
      submitterId: plan.createdBy,
      changes: { creates, changes, destroys, providers: [...new Set(named)].sort().slice(0, MOST_PROVIDERS) },
      approvals: approvals.flatMap(({ userId, decidedAt }) => {
        const user = entitled.get(userId);
        return user ? [{ userId, roles: user.roles, at: decidedAt.toISOString() }] : [];
      }),
      executedAt: now.toISOString(),
    };
  }

  /** What the policies require of the submitter for executing the plan and no approval fulfils yet. */
  async missing(plan: Plan, now = new Date()): Promise<ApprovalRequirement[]> {
    const [submitter] = await this.needs.users([plan.createdBy]);
    if (!submitter) return [];
    const grant = grantOfExecution(plan, await this.needs.scopeOf(plan));
    return missingApprovals(this.needs.policies(), submitter, grant, await this.approved(plan, now));
  }

  /** Counts again, after a wait for locks: approvers may have lost their roles and approvals may have expired meanwhile. */
  async recount(plan: Plan, executor: Submitter, now = new Date()): Promise<StillApproved> {
    // Without a grant no policy was asked.
    if (!executor.grant) return { is: 'approved', executor };
    const [user] = await this.needs.users([executor.userId]);
    const grant = { ...executor.grant, plan: await this.approved(plan, now) };
    if (user?.enabled && isStillAllowed(this.needs.policies(), user, grant, now))
      return { is: 'approved', executor: { ...executor, grant } };
    const missing = user?.enabled ? missingApprovals(this.needs.policies(), user, grant, grant.plan) : [];
    return missing.length > 0 ? { is: 'unapproved', missing } : { is: 'forbidden' };
  }

  /** Which approvals count for each requirement of the plan. */
  async states(plan: Plan, now = new Date()): Promise<RequirementState[]> {
    if (plan.requirements.length === 0) return [];
    const { approvals, submitterId } = await this.approved(plan, now);
    const names = new Map(plan.decisions.map(({ userId, username }) => [userId, username]));
    return plan.requirements.map((requirement) => ({
      requirement,
      fulfilledBy: countedApprovals(requirement, approvals, { submitterId, now }).flatMap(
        ({ userId }) => names.get(userId) ?? [],
      ),
    }));
  }

  /** Whether an approval of the caller would count for a requirement that is not fulfilled. */
  async waitsFor(caller: Principal, plan: Plan, now = new Date()): Promise<boolean> {
    const { id: userId, roles } = caller;
    if (plan.decisions.some((one) => one.userId === userId)) return false;
    if (!this.#mayApprove(caller, plan, await this.needs.scopeOf(plan), now)) return false;
    const approval = { userId, roles, at: now.toISOString() };
    const about = { submitterId: plan.createdBy, now };
    return (await this.missing(plan, now)).some(
      (requirement) => countedApprovals(requirement, [approval], about).length > 0,
    );
  }

  #mayApprove(principal: Principal, { id }: Plan, scope: Scope, time: Date): boolean {
    const asker = { principal, request: { ip: '', method: 'POST', path: `/plans/${id}/approvals`, time } };
    return planQuestions('approve', scope).every(
      (question) => answerQuestion(this.needs.policies(), asker, question).yes,
    );
  }
}

/** What executing the plan asks the policies. */
function grantOfExecution(plan: Plan, scope: Scope): Grant {
  const { id } = plan;
  const [first, ...also] = executionQuestions(plan, scope);
  return { ...first!, also, request: { ip: '', method: 'POST', path: `/plans/${id}/execute` } };
}
