import { trace } from '@opentelemetry/api';
import { Patience, runInContext, traceFrom, traceparentOf } from '@provisioning/runtime';
import type { RequestHandler } from 'express';
import { v7 as uuidv7 } from 'uuid';

const SANE_ID = /^[A-Za-z0-9._:-]{1,128}$/;

/**
 * Gives each request its id (the caller's where it is sane) and trace, for logs, answers, jobs and audit, and the patience
 * that all its waits share until it is answered.
 * @param patienceMs in place of the usual one, for tests
 */
export function requestContext(patienceMs?: number): RequestHandler {
  return (request, response, next) => {
    const given = request.get('x-request-id');
    const requestId = given !== undefined && SANE_ID.test(given) ? given : uuidv7();
    // Where tracing is on, the request's span goes on with the caller's trace already.
    const span = trace.getActiveSpan()?.spanContext();
    const { traceId, spanId } = span ?? traceFrom(request.get('traceparent'));
    const patience = new Patience(patienceMs);
    const context = { requestId, traceId, spanId, patience };
    response.setHeader('X-Request-Id', requestId);
    response.setHeader('traceparent', traceparentOf(context));
    // The response of an upgrade never closes, one whose client is gone never finishes.
    const lift = () => patience.lift();
    response.once('finish', lift).once('close', lift);
    runInContext(context, next);
  };
}
