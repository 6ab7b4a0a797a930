import { Failure } from '@provisioning/errors';
import { distinctRequirements, type Answer, type ApprovedPlan, type Question } from '@provisioning/policy';
import { nextTurn } from '@provisioning/runtime';
import type { Request } from 'express';
import { v7 as uuidv7 } from 'uuid';
import { presentRequirement } from './present-requirement.js';
import type { Principal } from './principal.js';

/** A question to the policies, with the principal and the request. */
export interface AccessRequest extends Question {
  principal: Principal;
  request: { ip: string; method: string; path: string };
  /** The plan that is executed: its approvals count. */
  plan?: ApprovedPlan | undefined;
}

/** The answer of the policies: yes; no; or no until what `approvals` names has been approved. */
export type Permission = Pick<Answer, 'yes' | 'approvals'>;

/**
 * @param decisionId returns the decision's id, the same at each call; for most decisions it is never called.
 * @returns whether it is allowed.
 */
export type Authorizer = (
  request: AccessRequest,
  decisionId: () => string,
) => Promise<Permission> | Permission;

/** The number of refusals that the answer lists. */
const MOST_LISTED = 20;
/** The number of questions that are decided in one turn of the event loop. */
const AT_ONCE = 200;

/**
 * Decides all questions, so that the answer names every refusal. Returns undefined where all are decided at once.
 * @param plan that is executed.
 * @throws Failure `forbidden` with the ids of the decisions; its text never reveals which rules exist. Its code is
 * `approval_required`, with the requirements, where approvals are all that is missing.
 */
export function authorize(
  authorizer: Authorizer,
  questions: readonly Question[],
  principal: Principal,
  request: Request,
  plan?: ApprovedPlan,
): Promise<void> | undefined {
  const { ip = '', method, path } = request;
  const about = { request: { ip, method, path }, plan };
  const [only] = questions;
  if (questions.length === 1 && only) {
    const { decisionId, answer } = ask(authorizer, only, principal, about);
    const conclude = (permission: Permission): undefined => {
      if (!permission.yes) throw refusalOf([{ question: only, decisionId: decisionId(), permission }]);
    };
    return answer instanceof Promise ? answer.then(conclude) : conclude(answer);
  }
  return authorizeAll(authorizer, questions, principal, about);
}

async function authorizeAll(
  authorizer: Authorizer,
  questions: readonly Question[],
  principal: Principal,
  about: Pick<AccessRequest, 'request' | 'plan'>,
): Promise<void> {
  const refused: Refused[] = [];
  for (let start = 0; start < questions.length; start += AT_ONCE) {
    if (start > 0) await nextTurn();
    const asked = questions.slice(start, start + AT_ONCE).map((question) => ({
      question,
      ...ask(authorizer, question, principal, about),
    }));
    // All at once: a rejection while another is awaited would end the process as unhandled.
    const answers = await Promise.all(asked.map(({ answer }) => answer));
    for (const [index, { question, decisionId }] of asked.entries()) {
      const permission = answers[index]!;
      if (!permission.yes) refused.push({ question, decisionId: decisionId(), permission });
    }
  }
  if (refused.length > 0) throw refusalOf(refused);
}

function ask(
  authorizer: Authorizer,
  question: Question,
  principal: Principal,
  about: Pick<AccessRequest, 'request' | 'plan'>,
) {
  let made: string | undefined;
  const decisionId = () => (made ??= uuidv7());
  return { decisionId, answer: authorizer({ ...question, principal, ...about }, decisionId) };
}

interface Refused {
  question: Question;
  decisionId: string;
  permission: Permission;
}

/** What is refused in any case comes first: approvals would not help. */
function refusalOf(refused: readonly Refused[]): Failure {
  const final = refused.filter(({ permission }) => permission.approvals.length === 0);
  return final.length > 0 ? denial(final) : approvalRequired(refused);
}

function approvalRequired(waiting: readonly Refused[]): Failure {
  const requirements = distinctRequirements(waiting.flatMap(({ permission }) => permission.approvals));
  // Safe cast: the list is not empty here.
  const [{ question, decisionId }] = waiting as [Refused];
  const more = waiting.length > 1 ? ` (and ${waiting.length - 1} more)` : '';
  return new Failure(
    'forbidden',
    `The policies require approval to ${question.action} ${question.resource}${more}. Create a plan with POST /plans, have it approved, and execute it with POST /plans/{id}/execute.`,
    {
      code: 'approval_required',
      extra: {
        decision_id: decisionId,
        approvals: requirements.slice(0, MOST_LISTED).map(presentRequirement),
      },
    },
  );
}

function denial(refused: readonly Refused[]): Failure {
  const [first] = refused;
  const named = refused.slice(0, 3).map(({ question: { action, resource } }) => `${action} ${resource}`);
  const more = refused.length > named.length ? ` (and ${refused.length - named.length} more)` : '';
  return new Failure(
    'forbidden',
    `The policies do not allow you to ${named.join(', ')}${more}. Ask an admin, and name the decision ${first!.decisionId}.`,
    {
      extra: { decision_id: first!.decisionId },
      ...(refused.length > 1
        ? {
            details: refused.slice(0, MOST_LISTED).map(({ question: { action, resource }, decisionId }) => ({
              path: resource,
              message: `${action} is not allowed (decision ${decisionId})`,
            })),
          }
        : {}),
    },
  );
}
