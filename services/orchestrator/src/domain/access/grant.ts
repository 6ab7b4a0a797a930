import {
  answerQuestion,
  distinctRequirements,
  type ApprovalRequirement,
  type ApprovedPlan,
  type PolicySet,
  type Principal,
  type Question,
} from '@provisioning/policy';

/** The questions on which a submission was allowed. They are asked again while the work waits. */
export interface Grant extends Question {
  request: { ip: string; method: string; path: string };
  /** The further questions. They are beside the first one, because processes of the previous release know only that one. */
  also?: readonly Question[];
  /** The plan that the work executes, with the approvals that counted when its execution was requested. */
  plan?: ApprovedPlan | undefined;
}

/** Returns the grant of some questions; undefined if there are none. */
export function grantOf(
  questions: readonly Question[],
  request: Grant['request'],
  plan: ApprovedPlan | undefined,
): Grant | undefined {
  const [first, ...also] = questions;
  return first && { ...first, request, also, ...(plan ? { plan } : {}) };
}

/** Whether the policies still allow a user what was granted, with the approvals that it was granted on. */
export function isStillAllowed(policies: PolicySet, principal: Principal, grant: Grant, time: Date): boolean {
  const asker = { principal, request: { ...grant.request, time } };
  return questionsOf(grant).every((question) => answerQuestion(policies, asker, question, grant.plan).yes);
}

/**
 * Returns what the policies require of a plan before it can be executed; empty where nothing, or where the plan would be
 * refused in any case.
 * @param plan with the approvals that it has: what they fulfil is left out.
 */
export function missingApprovals(
  policies: PolicySet,
  principal: Principal,
  { request, ...grant }: Grant,
  plan: ApprovedPlan,
): ApprovalRequirement[] {
  const asker = { principal, request: { ...request, time: new Date(plan.executedAt) } };
  const answers = questionsOf({ request, ...grant }).map((question) =>
    answerQuestion(policies, asker, question, plan),
  );
  return distinctRequirements(answers.flatMap(({ approvals }) => approvals));
}

/** Returns all questions of a grant. */
function questionsOf({ request: _request, plan: _plan, also = [], ...first }: Grant): Question[] {
  return [first, ...also];
}

/** Waiting work with its submitter and grant. */
export interface WaitingGrant {
  /** Id of the task, or of the batch whose operations wait. */
  id: string;
  kind: 'task' | 'batch';
  userId: string;
  grant: Grant;
}
