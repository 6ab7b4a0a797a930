import type { LoggedDecision, MatchedRule } from '@provisioning/contracts';
import type { Decision } from '@provisioning/policy';
import type { TakenDecision } from './policy-authorizer.js';

const MOST_MATCHED_BYTES = 64 * 1024;

/** Returns a decision as it is written to the log of decisions. */
export function loggedDecision(taken: TakenDecision, service: LoggedDecision['service']): LoggedDecision {
  const { id, at, principal, action, resource, request, context, decision, durationMs, requestId } = taken;
  return {
    id,
    timestamp: at.toISOString(),
    service,
    user_id: principal.id,
    username: principal.username,
    email: principal.email,
    roles: [...principal.roles],
    action,
    resource,
    context: JSON.stringify(context),
    matched: matchedText(matchedRules(decision)),
    // Longer than a decision accepts: what was denied for its length is denied again.
    request_ip: request.ip.slice(0, 64),
    request_method: request.method.slice(0, 16),
    request_path: request.path.slice(0, 1024),
    request_id: requestId,
    duration_ms: durationMs,
    decision: decision.effect,
    revision: decision.revision,
  };
}

/** The rules that matched; the one that decided comes first. */
export function matchedRules({ matched, rule, errors }: Decision): MatchedRule[] {
  return matched
    .map(({ policyId, policy, index, effect, reason }) => ({
      policy_id: policyId,
      policy,
      rule: index,
      effect,
      decided: policy === rule?.policy && index === rule.index,
      reason:
        reason === 'matched'
          ? null
          : `condition_error: ${errorOf(errors, policy, index) ?? 'it could not be evaluated'}`.slice(
              0,
              1024,
            ),
    }))
    .sort((a, b) => Number(b.decided) - Number(a.decided));
}

function errorOf(errors: Decision['errors'], policy: string, index: number): string | undefined {
  return errors.find(({ rule }) => rule?.policy === policy && rule.index === index)?.message;
}

/** As many as the log accepts. */
function matchedText(matched: MatchedRule[]): string {
  let kept = matched;
  let text = JSON.stringify(kept);
  while (Buffer.byteLength(text) > MOST_MATCHED_BYTES) {
    kept = kept.slice(0, Math.floor(kept.length / 2));
    text = JSON.stringify(kept);
  }
  return text;
}
