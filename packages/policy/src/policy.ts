export type Effect = 'Allow' | 'Deny';

/** One rule of a policy, as the API document writes it. */
export interface PolicyRule {
  effect: Effect;
  /** `type:id`, `type:*`, `type:prefix*` or `*`. */
  resource: string;
  /** Names of actions, or `*`. */
  action: string[];
  condition?: string;
}

export interface PolicyDocument {
  id?: string;
  name: string;
  version: string;
  rules: PolicyRule[];
  enabled?: boolean;
}

/** Who asks for what, in which circumstances. Everything a decision depends on is in here. */
export interface DecisionRequest {
  principal: { id: string; username: string; email: string; roles: readonly string[] };
  action: string;
  /** `servers:production`. */
  resource: string;
  request: { time: Date; ip: string; method: string; path: string };
  context: Record<string, unknown>;
}

/** The rule that decided; null when none applied. */
export interface Decision {
  effect: 'ALLOW' | 'EXPLICIT_DENY' | 'IMPLICIT_DENY';
  rule: { policy: string; index: number } | null;
}

export const RESOURCE_TYPES = [
  'servers', 'taskservs', 'clusters', 'batches', 'tasks', 'state', 'checkpoints', 'rollbacks', 'events', 'webhooks', 'users',
  'policies', 'audit', 'tokens', 'decisions',
] as const; // prettier-ignore

export const ACTIONS = [
  'create',
  'read',
  'update',
  'delete',
  'execute',
  'cancel',
  'restore',
  'simulate',
] as const;
