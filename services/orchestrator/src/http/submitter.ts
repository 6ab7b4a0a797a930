import { principalOf, type HandlerRequest } from '@provisioning/http-kit';
import { currentContext, traceparentOf } from '@provisioning/runtime';
import { grantOf } from '../domain/access/grant.js';
import type { Actor } from '../domain/audit/actor.js';
import type { Submitter } from '../domain/workflow/submitter.js';

/** The sender of a request, for the audit trail. */
export function actorOf(request: Pick<HandlerRequest<never>, 'principal' | 'requestId' | 'ip'>): Actor {
  const { id: userId, username, sessionId } = principalOf(request);
  return { userId, username, sessionId, ip: request.ip, requestId: request.requestId };
}

/** The sender of a request that submits work. */
export function submitterOf(
  request: Pick<
    HandlerRequest<never>,
    'principal' | 'requestId' | 'idempotency' | 'ip' | 'asked' | 'plan' | 'method' | 'path'
  >,
): Submitter {
  const { id: userId, username } = principalOf(request);
  const context = currentContext();
  return {
    userId,
    username,
    requestId: request.requestId,
    traceparent: context && traceparentOf(context),
    idempotency: request.idempotency,
    actor: actorOf(request),
    grant: grantOf(
      request.asked,
      { ip: request.ip, method: request.method, path: request.path },
      request.plan,
    ),
  };
}
