import type { Operation } from '@provisioning/contracts';
import { isFailure, type Failure } from '@provisioning/errors';
import type { ErrorRequestHandler, Request, Response } from 'express';
import type { Principal } from './principal.js';
import { stateOf } from './request-state.js';

/** A request of a known user that was refused. */
export interface Refusal {
  operation: Operation;
  principal: Principal;
  /** `denied` by the policies, or `failure`: the request or the state of its objects did not allow it. */
  result: 'denied' | 'failure';
  /** The question that the policies were asked; undefined where none was asked. */
  asked: { resource: string; action: string } | undefined;
  params: Readonly<Record<string, unknown>>;
  failure: Failure;
  ip: string;
}

/** Records a refused request. The answer waits for it. */
export type RefusalLog = (refusal: Refusal) => Promise<void>;

/**
 * Kinds of failures that are decisions about the request; other kinds (a fault, an outage) say nothing about the
 * caller.
 */
const REPORTED = new Set(['forbidden', 'not_found', 'conflict', 'precondition_failed', 'invalid']);

/** Reports each denial, and each change that was refused, before the answer is sent. */
export function noteRefusal(operation: Operation, refusals: RefusalLog): ErrorRequestHandler {
  return async (error: unknown, request: Request, response: Response, next) => {
    const { principal, asked } = stateOf(response);
    if (!principal || !isFailure(error) || !REPORTED.has(error.kind)) return next(error);
    const denied = error.kind === 'forbidden';
    if (!denied && operation.method === 'get') return next(error);
    await refusals({
      operation,
      principal,
      result: denied ? 'denied' : 'failure',
      asked,
      params: { ...request.params },
      failure: error,
      ip: request.ip ?? '',
    });
    next(error);
  };
}
