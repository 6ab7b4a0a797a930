import type { Permission } from '@provisioning/contracts';
import type { RateLimitTrip, Refusal, RefusedTokens } from '@provisioning/http-kit';
import { currentContext } from '@provisioning/runtime';
import { NOBODY, type AuditActor, type NewAuditRecord } from '../domain/audit/audit-record.js';
import { actorOf } from './actor.js';

/** A request that was refused, under the name that it would have had if it had not been: `user.delete`, denied. */
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

/** A client that asked too often: once in each window, by its first request too many. */
export function rateLimitRecord({ name, limit, client, principal, ip }: RateLimitTrip): NewAuditRecord {
  return {
    ...actor(principal, ip),
    action: 'rate_limit.exceed',
    resource: `rate_limits/${name}`,
    result: 'denied',
    details: { limit, client },
  };
}

/** Requests with forged or damaged tokens, by count: who sent them is not known. */
export function refusedTokensRecord({ ip, reason, count, first, last }: RefusedTokens): NewAuditRecord {
  return {
    ...NOBODY,
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

/** It did not come to the policies: what they would have been asked, as far as that is known. */
function unasked({ resource, action }: Exclude<Permission, string>): { resource: string; action: string } {
  return { resource: resource.replaceAll(/\{[^}]*\}/g, '*'), action };
}

function singular(kind: string): string {
  return kind === 'policies' ? 'policy' : kind.replace(/s$/, '');
}

function snakeCase(id: string): string {
  return id.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
