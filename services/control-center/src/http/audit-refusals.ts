import type { Permission } from '@provisioning/contracts';
import type { RateLimitTrip, Refusal, RefusedTokens } from '@provisioning/http-kit';
import { currentContext } from '@provisioning/runtime';
import { NO_USER, type AuditActor, type NewAuditRecord } from '../domain/audit/audit-record.js';
import { actorOf } from './actor.js';

/** Records a refused request under the action that it would have had: `user.delete`, denied. */
export function refusalRecord(refusal: Refusal): NewAuditRecord {
  const { operation, principal, result, failure, ip } = refusal;
  const { action, resource } = nameOf(refusal);
  return {
    ...actor(principal, ip),
    action,
    resource,
    result,
    details: { operation: operation.id, code: failure.code, error: failure.message, ...failure.extra },
  };
}

/** Records a client over its rate limit: once in each window. */
export function rateLimitRecord({ name, limit, client, principal, ip }: RateLimitTrip): NewAuditRecord {
  return {
    ...actor(principal, ip),
    action: 'rate_limit.exceed',
    resource: `rate_limits/${name}`,
    result: 'denied',
    details: { limit, client },
  };
}

/** Records requests with forged or damaged tokens by count, since their sender is unknown. */
export function refusedTokensRecord({ ip, reason, count, first, last }: RefusedTokens): NewAuditRecord {
  return {
    ...NO_USER,
    ip,
    action: 'auth.authenticate',
    resource: 'tokens/*',
    result: 'denied',
    details: { reason, count, first_at: first.toISOString(), last_at: last.toISOString() },
  };
}

function actor(principal: Refusal['principal'] | undefined, ip: string): AuditActor {
  return actorOf({ principal, ip, requestId: currentContext()?.requestId ?? '' });
}

function nameOf({ operation, asked, params }: Refusal): { action: string; resource: string } {
  const { permission } = operation;
  if (typeof permission === 'string') {
    return {
      action: `${singular(operation.tag.toLowerCase().replaceAll(/\W+/g, '_'))}.${snakeCase(operation.id)}`,
      resource: operation.path.slice(1).replace('{id}', String(params['id'] ?? '*')),
    };
  }
  const { resource, action } = asked ?? unasked(permission);
  const [kind = resource, ...rest] = resource.split(':');
  return { action: `${singular(kind)}.${action}`, resource: [kind, ...rest].join('/') };
}

/** The request did not reach the policies: returns what they would have been asked, as far as it is known. */
function unasked({ resource, action }: Exclude<Permission, string>): { resource: string; action: string } {
  return { resource: resource.replaceAll(/\{[^}]*\}/g, '*'), action };
}

function singular(kind: string): string {
  return kind === 'policies' ? 'policy' : kind.replace(/s$/, '');
}

function snakeCase(id: string): string {
  return id.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
