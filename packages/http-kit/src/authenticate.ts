import type { Operation } from '@provisioning/contracts';
import { Failure } from '@provisioning/errors';
import type { RequestHandler } from 'express';
import type { Principal } from './principal.js';
import { stateOf } from './request-state.js';

/**
 * Verifies the token of a service. @returns the name of the service; throws a Failure `unauthenticated` for an invalid
 * token.
 */
export type ServiceAuthenticator = (token: string) => string;

/**
 * Verifies a token and its session for an operation. It throws a Failure `unauthenticated` or `forbidden`.
 */
export type Authenticator = (
  token: string,
  operation: Pick<Operation, 'forMfaEnrollment'>,
) => Promise<Principal> | Principal;

const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]{1,8192})$/i;

/**
 * Identifies the caller before the request is counted or its body read. An invalid token is refused only where one is
 * needed: public operations ignore it.
 */
export function identify(
  authenticate: Authenticator,
  operation: Pick<Operation, 'permission' | 'forMfaEnrollment'>,
): RequestHandler {
  const isPublic = operation.permission === 'public';
  return (request, response, next) => {
    const header = request.headers.authorization;
    const token = header === undefined ? undefined : BEARER.exec(header)?.[1];
    const known = (principal: Principal) => {
      stateOf(response).principal = principal;
      next();
    };
    const refused = (error: unknown) => {
      if (!isPublic) stateOf(response).refusal = error;
      next();
    };
    if (token === undefined) return refused(missing(header));
    let answer: ReturnType<Authenticator>;
    try {
      answer = authenticate(token, operation);
    } catch (error) {
      return refused(error);
    }
    // A result that is there at once is not awaited, since this runs for every request.
    if (answer instanceof Promise) answer.then(known, refused).catch(next);
    else known(answer);
  };
}

/** Admits services and no users, whose tokens are not accepted here. Handlers get the name of the service. */
export function requireService(authenticate: ServiceAuthenticator): RequestHandler {
  return (request, response, next) => {
    const header = request.get('authorization');
    const token = header === undefined ? undefined : BEARER.exec(header)?.[1];
    if (token === undefined) return next(missing(header));
    stateOf(response).service = authenticate(token);
    next();
  };
}

/** Runs after the request is counted: no request without an identity gets further. */
export const requirePrincipal: RequestHandler = (_request, response, next) => {
  next(stateOf(response).refusal);
};

function missing(header: string | undefined): Failure {
  return header === undefined
    ? new Failure(
        'unauthenticated',
        'The Authorization header must be “Bearer <token>”, but there is none. POST /auth/login of the control center returns a token.',
        { code: 'token_missing' },
      )
    : new Failure('unauthenticated', 'The Authorization header must be “Bearer <token>”.', {
        code: 'token_invalid',
      });
}
