import { Failure } from '@provisioning/errors';
import type { Question } from '@provisioning/policy';
import { nextTurn } from '@provisioning/runtime';
import type { Request } from 'express';
import { v7 as uuidv7 } from 'uuid';
import type { Principal } from './principal.js';

/** A question to the policies, with the principal and the request. */
export interface AccessRequest extends Question {
  principal: Principal;
  request: { ip: string; method: string; path: string };
}

/**
 * @param decisionId returns the decision's id, the same at each call; for most decisions it is never called.
 * @returns whether it is allowed.
 */
export type Authorizer = (request: AccessRequest, decisionId: () => string) => Promise<boolean> | boolean;

/** The number of refusals that the answer lists. */
const MOST_LISTED = 20;
/** The number of questions that are decided in one turn of the event loop. */
const AT_ONCE = 200;

/**
 * Decides all questions, so that the answer names every refusal. Returns undefined where all are decided at once.
 * @throws Failure `forbidden` with the ids of the decisions; its text never reveals which rules exist.
 */
export function authorize(
  authorizer: Authorizer,
  questions: readonly Question[],
  principal: Principal,
  request: Request,
): Promise<void> | undefined {
  const { ip = '', method, path } = request;
  const about = { ip, method, path };
  const [only] = questions;
  if (questions.length === 1 && only) {
    const { decisionId, answer } = ask(authorizer, only, principal, about);
    const conclude = (allowed: boolean): undefined => {
      if (!allowed) throw refusalOf([{ question: only, decisionId: decisionId() }]);
    };
    return typeof answer === 'boolean' ? conclude(answer) : answer.then(conclude);
  }
  return authorizeAll(authorizer, questions, principal, about);
}

async function authorizeAll(
  authorizer: Authorizer,
  questions: readonly Question[],
  principal: Principal,
  about: AccessRequest['request'],
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
    for (const [index, { question, decisionId }] of asked.entries())
      if (!answers[index]) refused.push({ question, decisionId: decisionId() });
  }
  if (refused.length > 0) throw refusalOf(refused);
}

function ask(
  authorizer: Authorizer,
  question: Question,
  principal: Principal,
  request: AccessRequest['request'],
) {
  let made: string | undefined;
  const decisionId = () => (made ??= uuidv7());
  return { decisionId, answer: authorizer({ ...question, principal, request }, decisionId) };
}

interface Refused {
  question: Question;
  decisionId: string;
}

function refusalOf(refused: readonly Refused[]): Failure {
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
