import { Failure, isFailure } from '@provisioning/errors';
import { currentContext, isPostgresAway, postgresAway, type Logger } from '@provisioning/runtime';
import type { ErrorRequestHandler, Response } from 'express';
import { statusOf } from './status.js';

const MAX_DETAILS = 20;

/** Answers with the error envelope. The cause never leaves the process; it is only logged. */
function sendFailure(response: Response, failure: Failure): void {
  if (failure.kind === 'unauthenticated') response.set('WWW-Authenticate', 'Bearer');
  if (failure.retryAfter !== undefined) response.set('Retry-After', String(failure.retryAfter));
  else if (failure.kind === 'unavailable') response.set('Retry-After', '2');
  response.status(statusOf[failure.kind]).json({
    success: false,
    error: failure.message,
    code: failure.code,
    ...(failure.details ? { details: failure.details.slice(0, MAX_DETAILS) } : {}),
    ...failure.extra,
    request_id: currentContext()?.requestId,
  });
}

/** Last in the chain. An unexpected error is logged in full and answered with 500, without details. */
export function errorHandler(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const failure = asFailure(error);
    if (failure.kind === 'internal')
      log.error('request failed', { method: request.method, path: request.path, error });
    else if (failure.cause !== undefined)
      log.debug('request refused', { code: failure.code, cause: failure.cause });
    if (response.headersSent) next(error);
    else sendFailure(response, failure);
  };
}

/** Returns the failure that the client is shown. An unexpected error becomes one without details. */
export function asFailure(error: unknown): Failure {
  if (isFailure(error)) return error;
  if (isPostgresAway(error)) return postgresAway(error);
  if (error instanceof URIError)
    return new Failure(
      'malformed',
      'The path must be percent-encoded UTF-8: a percent sign must be followed by two hexadecimal digits.',
    );
  const status = httpErrorStatus(error);
  if (status === 412)
    return new Failure(
      'precondition_failed',
      'The file does not match If-Match or If-Unmodified-Since. Download it again without them.',
      {
        cause: error,
      },
    );
  if (status !== undefined)
    return new Failure('malformed', 'The request has an invalid header. Correct it, or leave it out.', {
      cause: error,
    });
  return new Failure(
    'internal',
    'Internal server error. Report the request id of the answer to the operators.',
    {
      cause: error,
    },
  );
}

/** The status of an error of `http-errors` that blames the client; `serve-static` raises such errors. */
function httpErrorStatus(error: unknown): number | undefined {
  // Safe cast: the types of both members are checked below.
  const { expose, status } = (error ?? {}) as { expose?: unknown; status?: unknown };
  return expose === true && typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}
