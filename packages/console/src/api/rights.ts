import { queryOptions, useQuery } from '@tanstack/react-query';
import { ProvisioningError } from '@provisioning/client';
import type { Action, Allowed } from '@provisioning/contracts';
import { client } from './client.js';

/** What the pages of the console read or change, by type of resource: one request asks for all of it. */
const ASKED = {
  tasks: ['read', 'cancel', 'execute'],
  batches: ['read', 'cancel', 'execute'],
  plans: ['read', 'create', 'approve', 'execute', 'cancel'],
  servers: ['create', 'delete'],
  taskservs: ['create', 'delete'],
  clusters: ['create', 'delete'],
  state: ['read'],
  checkpoints: ['read', 'create', 'delete', 'restore'],
  rollbacks: ['read', 'execute'],
  events: ['read'],
  webhooks: ['read', 'create', 'update', 'delete', 'execute'],
  users: ['read', 'create', 'update', 'delete'],
  policies: ['read', 'create', 'update', 'delete', 'simulate'],
  audit: ['read'],
} as const satisfies Record<string, readonly Action[]>;

type Asked = typeof ASKED;

/** An action on a type of resource, for which the console asks. */
export type Right = {
  [Type in keyof Asked]: readonly [action: Asked[Type][number], type: Type];
}[keyof Asked];

/** A type of resource that an area of the console shows. */
export type ReadableType = {
  [Type in keyof Asked]: 'read' extends Asked[Type][number] ? Type : never;
}[keyof Asked];

const questions = Object.entries(ASKED).flatMap(([type, actions]) =>
  actions.map((action) => ({ action, resource: `${type}:*` })),
);

/** What the policies would allow. Nothing is known while the control center does not answer: it decides when asked to act. */
export const rightsQuery = queryOptions({
  queryKey: ['rights'],
  queryFn: async ({ signal }): Promise<Allowed[]> => {
    try {
      return await client.controlCenter.whatMayI({ body: { questions }, signal });
    } catch (error) {
      const isUnavailable = error instanceof ProvisioningError && (error.status === 0 || error.status >= 500);
      if (isUnavailable) return [];
      throw error;
    }
  },
  staleTime: 60_000,
  gcTime: Infinity,
});

/** Why the user may not do something; undefined if they may, if it depends on the object, or if it is not known. */
export function denialOf(rights: readonly Allowed[], ...[action, type]: Right): string | undefined {
  const right = rights.find((each) => each.action === action && each.resource === `${type}:*`);
  if (right?.verdict !== 'deny') return undefined;
  const rule = right.rule ? ` (${right.rule.policy}, rule ${right.rule.rule})` : '';
  return `You may not ${action} ${type}. ${right.reason}${rule}`;
}

const NONE: readonly Allowed[] = [];

/** The denials of the signed-in user, by action and type. */
export function useDenials(): (...right: Right) => string | undefined {
  const rights = useQuery(rightsQuery).data ?? NONE;
  return (...right) => denialOf(rights, ...right);
}
