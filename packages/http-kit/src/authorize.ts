import { ACTIONS, type Action, type Permission } from '@provisioning/contracts';
import { Failure } from '@provisioning/errors';
import type { Request } from 'express';
import { v7 as uuidv7 } from 'uuid';
import type { Principal } from './principal.js';

/** What the policies are asked. Taken from the operation's declaration and checked values, never from the URL's text. */
export interface AccessRequest {
  principal: Principal;
  action: Action;
  resource: string;
  request: { ip: string; method: string; path: string };
  /** Members of the body or query that conditions may look at: infra, provider, check_mode… */
  context: Record<string, unknown>;
}

/**
 * @param decisionId the decision's id, the same each time; most are never asked for theirs
 * @returns whether it is allowed
 */
export type Authorizer = (request: AccessRequest, decisionId: () => string) => Promise<boolean> | boolean;

interface Checked {
  params: Record<string, unknown>;
  query: Record<string, unknown>;
  body: unknown;
}

/** A question to the policies, but for who asks it. */
export type Asked = Pick<AccessRequest, 'resource' | 'action' | 'context'>;

/** What is asked of the policies. */
export function askedOf(permission: Exclude<Permission, string>, checked: Checked): Asked {
  return {
    resource: fillIn(permission.resource, checked),
    action: actionOf(permission, checked.body),
    context: contextOf(checked),
  };
}

/**
 * Undefined where the answer is there at once.
 * @throws Failure `forbidden` with the decision's id; the text never tells which rule exists.
 */
export function authorize(
  authorizer: Authorizer,
  asked: Asked,
  principal: Principal,
  request: Request,
): Promise<void> | undefined {
  let made: string | undefined;
  const decisionId = () => (made ??= uuidv7());
  const conclude = (allowed: boolean): undefined => {
    if (!allowed) throw denied(asked, decisionId());
  };
  const { ip = '', method, path } = request;
  const answer = authorizer({ ...asked, principal, request: { ip, method, path } }, decisionId);
  return typeof answer === 'boolean' ? conclude(answer) : answer.then(conclude);
}

function denied({ action, resource }: Asked, decisionId: string): Failure {
  return new Failure(
    'forbidden',
    `The policies do not allow you to ${action} ${resource}. Ask whoever manages them, naming the decision ${decisionId}.`,
    { extra: { decision_id: decisionId } },
  );
}

/** An operation that creates and deletes says in its body which of them it is. */
function actionOf({ action, actionFrom }: Exclude<Permission, string>, body: unknown): Action {
  const said = actionFrom === undefined ? undefined : (body as { operation?: unknown } | null)?.operation;
  return ACTIONS.find((known) => known === said) ?? action;
}

/** `servers:{body.infra}` → `servers:production`. */
function fillIn(template: string, { params, query, body }: Checked): string {
  return template.replace(
    /\{(params|query|body)\.([a-z_]+)\}/g,
    (_all, where: keyof Checked, name: string) => {
      const values = { params, query, body }[where];
      const value = (values as Record<string, unknown> | null | undefined)?.[name];
      return typeof value === 'string' && value !== '' ? value : '*';
    },
  );
}

const CONTEXT_MEMBERS = ['infra', 'provider', 'check_mode', 'operation', 'taskserv', 'cluster_type', 'name'];

function contextOf({ query, body }: Checked): Record<string, unknown> {
  const values = { ...query, ...(typeof body === 'object' && body !== null ? body : {}) } as Record<
    string,
    unknown
  >;
  return Object.fromEntries(
    CONTEXT_MEMBERS.filter((name) => values[name] !== undefined).map((name) => [name, values[name]]),
  );
}
