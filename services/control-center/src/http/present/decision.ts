import type { DataOf, getDecision, LoggedDecision } from '@provisioning/contracts';
import type { DecisionRecord } from '../../domain/decision/decision-record.js';

type Decision = DataOf<typeof getDecision>;

/** The fields of a context that the contract declares. */
const CONTEXT_MEMBERS = ['infra', 'provider', 'operation', 'taskserv', 'cluster_type', 'name'] as const;

/** Returns a decision as the contract shows it. */
export function presentDecision(record: DecisionRecord): Decision {
  const { id, at, service, username, roles, action, resource, effect, revision } = record;
  return {
    id,
    service,
    username,
    roles: [...roles],
    action,
    resource,
    revision,
    timestamp: at.toISOString(),
    user_id: record.userId,
    // Safe cast: stored as the contract admitted it: an object.
    context: presentContext(JSON.parse(record.context) as Record<string, unknown>),
    request_id: record.requestId,
    duration_ms: record.durationMs,
    decision: effect,
    // Safe cast: stored as the contract admitted it.
    matched: JSON.parse(record.matched) as Decision['matched'],
  };
}

function presentContext(context: Record<string, unknown>): Decision['context'] {
  const texts = CONTEXT_MEMBERS.map((member) => [member, context[member]] as const).filter(
    ([, value]) => typeof value === 'string',
  );
  const checkMode = context['check_mode'];
  return {
    // Safe cast: texts under names of members of the contract.
    ...(Object.fromEntries(texts) as Decision['context']),
    ...(typeof checkMode === 'boolean' ? { check_mode: checkMode } : {}),
  };
}

/** Returns the record of a decision that a service sent. */
export function decisionOf(logged: LoggedDecision): DecisionRecord {
  const { id, service, username, email, roles, action, resource, context, matched, revision } = logged;
  return {
    id,
    service,
    username,
    email,
    roles,
    action,
    resource,
    context,
    matched,
    revision,
    at: new Date(logged.timestamp),
    userId: logged.user_id,
    request: { ip: logged.request_ip, method: logged.request_method, path: logged.request_path },
    requestId: logged.request_id,
    durationMs: logged.duration_ms,
    effect: logged.decision,
  };
}
