import { principalOf, type HandlerRequest } from '@provisioning/http-kit';
import { currentContext, traceparentOf } from '@provisioning/runtime';
import type { Submitter } from '../domain/workflow/submitter.js';

/** Who sent a request that makes work. */
export function submitterOf(
  request: Pick<HandlerRequest<never>, 'principal' | 'requestId' | 'idempotency'>,
): Submitter {
  const { id: userId, username } = principalOf(request);
  const context = currentContext();
  return {
    userId,
    username,
    requestId: request.requestId,
    traceparent: context && traceparentOf(context),
    idempotency: request.idempotency,
  };
}
