import { ACTIONS, type Action, type Permission } from '@provisioning/contracts';
import type { Question } from '@provisioning/policy';

interface Checked {
  params: Readonly<Record<string, unknown>>;
  query: Readonly<Record<string, unknown>>;
  body: unknown;
}

/** Members of a body that conditions may use. */
const CONTEXT_MEMBERS = ['infra', 'provider', 'check_mode', 'operation', 'taskserv', 'cluster_type', 'name'];

/**
 * Returns the question that an operation's declaration asks, from checked values. A request that names a stored object
 * says nothing about that object: its context is empty unless the operation's binding reads the object.
 */
export function questionOf(permission: Exclude<Permission, string>, checked: Checked): Question {
  const aboutStored = permission.resource.includes('{params.');
  return {
    resource: fillIn(permission.resource, checked),
    action: actionOf(permission, checked.body),
    context: aboutStored ? {} : contextOf(checked.body),
  };
}

/** An operation that creates and deletes says in its body which of them it is. */
function actionOf({ action, actionFrom }: Exclude<Permission, string>, body: unknown): Action {
  // Safe cast: a body without that member, or without members, names no action.
  const wanted = actionFrom === undefined ? undefined : (body as { operation?: unknown } | null)?.operation;
  return ACTIONS.find((known) => known === wanted) ?? action;
}

/** `servers:{body.infra}` → `servers:production`. */
function fillIn(template: string, { params, body }: Checked): string {
  return template.replace(/\{(params|body)\.([a-z_]+)\}/g, (_all, where: 'params' | 'body', name: string) => {
    const values = { params, body }[where];
    // Safe cast: every property of a value of JSON is unknown, and a text is checked for below.
    const value = (values as Record<string, unknown> | null | undefined)?.[name];
    return typeof value === 'string' && value !== '' ? value : '*';
  });
}

function contextOf(body: unknown): Record<string, unknown> {
  if (typeof body !== 'object' || body === null) return {};
  // Safe cast: the contract admits only objects as bodies.
  const values = body as Record<string, unknown>;
  return Object.fromEntries(
    CONTEXT_MEMBERS.filter((name) => values[name] !== undefined).map((name) => [name, values[name]]),
  );
}
