import { ACTIONS, type Action } from '@provisioning/contracts/actions';

export { ACTIONS, type Action };

/** The types of objects in policies: the part of a resource before its colon. */
export const RESOURCE_TYPES = [
  'servers',
  'taskservs',
  'clusters',
  'commands',
  'batches',
  'tasks',
  'state',
  'checkpoints',
  'rollbacks',
  'events',
  'webhooks',
  'users',
  'policies',
  'audit',
  'tokens',
  'decisions',
  'plans',
] as const;
/** One of {@link RESOURCE_TYPES}. */
export type ResourceType = (typeof RESOURCE_TYPES)[number];

/** The `approval` of a rule, as in the API. */
export interface RuleApproval {
  /** How many people must approve, 1 or more. Each counts once. */
  count: number;
  /** Only users who have one of these roles count; absent: every user who may approve. */
  roles?: string[];
  /** Whose approval does not count; absent: the submitter's counts too. */
  distinct_from?: 'submitter'[];
  /** Seconds after which an approval no longer counts; absent: it does not expire. */
  expires_in?: number;
}

export const EFFECTS = ['Allow', 'Deny', 'RequireApproval'] as const;
/** The effect of a rule. `RequireApproval` grants nothing: every matching one must be satisfied by an approved plan. */
export type Effect = (typeof EFFECTS)[number];

/** One rule of a policy, as in the API. */
export interface PolicyRule {
  effect: Effect;
  /** `*`, `type:*`, `type:prefix*` or `type:id`. */
  resource: string;
  /** Names of {@link ACTIONS}, or `*`. */
  action: string[];
  /** CEL over `user`, `resource`, `action`, `request` and `context`; absent means always. */
  condition?: string;
  /** Who must approve; only, and always, where the effect is `RequireApproval`. */
  approval?: RuleApproval;
}

/** A policy, as in the API. */
export interface PolicyDocument {
  id?: string;
  name: string;
  version: string;
  rules: PolicyRule[];
  /** A policy that is not enabled decides nothing. */
  enabled?: boolean;
}

/** Whether a value is a type of resource. */
export function isResourceType(value: unknown): value is ResourceType {
  return RESOURCE_TYPES.some((type) => type === value);
}

/** Whether a value is an action; `*` is not. */
export function isAction(value: unknown): value is Action {
  return ACTIONS.some((action) => action === value);
}

/** The actions that a rule's `action` names; `*` names all of them. */
export function actionsOf(action: readonly string[]): Action[] {
  return action.includes('*') ? [...ACTIONS] : action.filter(isAction);
}
