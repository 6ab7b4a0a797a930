import type { Operation } from '@provisioning/contracts';
import { Failure } from '@provisioning/errors';
import type { RequestHandler } from 'express';
import type { Principal } from './principal.js';
import { stateOf } from './request-state.js';

/** Checks the token of a service. @returns the name of the service; throws a Failure `unauthenticated` otherwise. */
export type ServiceAuthenticator = (token: string) => string;

/**
 * Checks a token, that it still holds, and that it is good for the operation; throws a Failure `unauthenticated`, or
 * `forbidden`, otherwise.
 */
export type Authenticator = (
  token: string,
  operation: Pick<Operation, 'forMfaEnrollment'>,
) => Promise<Principal> | Principal;

const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]{1,8192})$/i;

/**
 * Finds out who is asking, before anything is counted or read. A bad token is refused here only where one is needed:
 * on a public operation it is ignored.
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
    // Who is known at once is not waited for: this is done at every request.
    if (answer instanceof Promise) answer.then(known, refused).catch(next);
    else known(answer);
  };
}

/** Lets services through, and no user: their tokens do not count here. Handlers get the name of the service. */
export function requireService(authenticate: ServiceAuthenticator): RequestHandler {
  return (request, response, next) => {
    const header = request.get('authorization');
    const token = header === undefined ? undefined : BEARER.exec(header)?.[1];
    if (token === undefined) return next(missing(header));
    stateOf(response).service = authenticate(token);
    next();
  };
}

/** After counting: nobody gets further without being known. */
export const requirePrincipal: RequestHandler = (_request, response, next) => {
  next(stateOf(response).refusal);
};

function missing(header: string | undefined): Failure {
  return header === undefined
    ? new Failure(
        'unauthenticated',
        'Sign in first: POST /auth/login of the control center gives a token, to be sent as “Authorization: Bearer <token>”.',
        { code: 'token_missing' },
      )
    : new Failure('unauthenticated', 'The Authorization header must be “Bearer <token>”.', {
        code: 'token_invalid',
      });
}
