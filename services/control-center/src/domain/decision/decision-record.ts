import type { Decision, DecisionRequest } from '@provisioning/policy';

/** The effect of a decision. */
export type Effect = Decision['effect'];

/** A decision with its question and the rules that decided it. */
export interface DecisionRecord {
  id: string;
  at: Date;
  service: 'orchestrator' | 'control-center';
  userId: string | null;
  username: string | null;
  email: string;
  roles: readonly string[];
  action: string;
  resource: string;
  /** JSON text of what conditions could read. */
  context: string;
  /** JSON text of the rules that matched. */
  matched: string;
  request: { ip: string; method: string; path: string };
  requestId: string | null;
  durationMs: number;
  effect: Effect;
  /** The revision of the policies that decided. */
  revision: number;
}

/** Returns the request that a decision was made for, so that it can be decided again. */
export function requestOf(record: DecisionRecord): DecisionRequest {
  const { userId, username, email, roles, action, resource, context, request, at } = record;
  return {
    principal: { id: userId ?? '', username: username ?? '', email, roles },
    action,
    resource,
    request: { ...request, time: at },
    // Safe cast: this service stored it as the contract admitted it.
    context: JSON.parse(context) as Record<string, unknown>,
  };
}
