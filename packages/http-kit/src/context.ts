import { trace } from '@opentelemetry/api';
import { Patience, runInContext, traceFrom, traceparentOf } from '@provisioning/runtime';
import type { RequestHandler } from 'express';
import { v7 as uuidv7 } from 'uuid';

const SANE_ID = /^[A-Za-z0-9._:-]{1,128}$/;

/**
 * Gives each request its id (the client's where it is valid) and trace, for logs, answers, jobs and audit, and the
 * patience that all its waits share.
 * @param patienceMs replaces the default, for tests.
 */
export function requestContext(patienceMs?: number): RequestHandler {
  return (request, response, next) => {
    const given = request.get('x-request-id');
    const requestId = given !== undefined && SANE_ID.test(given) ? given : uuidv7();
    // Where tracing is on, the span of the request continues the trace of the client already.
    const span = trace.getActiveSpan()?.spanContext();
    const { traceId, spanId } = span ?? traceFrom(request.get('traceparent'));
    const patience = new Patience(patienceMs);
    const context = { requestId, traceId, spanId, patience };
    response.setHeader('X-Request-Id', requestId);
    response.setHeader('traceparent', traceparentOf(context));
    // The response of an upgrade never closes, and one whose client has left never finishes.
    const lift = () => patience.lift();
    response.once('finish', lift).once('close', lift);
    runInContext(context, next);
  };
}
