import type { Decision, DecisionRequest } from '@provisioning/policy';

export type Effect = Decision['effect'];

/** A decision as it was taken, with everything that it was taken on. */
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
  /** JSON text of what the conditions could look at. */
  context: string;
  /** JSON text of the rules that counted. */
  matched: string;
  request: { ip: string; method: string; path: string };
  requestId: string | null;
  durationMs: number;
  effect: Effect;
  /** Of the policies that decided. */
  revision: number;
}

/** What was decided on: to be decided on again. */
export function requestOf(record: DecisionRecord): DecisionRequest {
  const { userId, username, email, roles, action, resource, context, request, at } = record;
  return {
    principal: { id: userId ?? '', username: username ?? '', email, roles },
    action,
    resource,
    request: { ...request, time: at },
    context: JSON.parse(context) as Record<string, unknown>,
  };
}
