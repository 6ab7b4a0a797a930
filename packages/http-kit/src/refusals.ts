import type { Operation } from '@provisioning/contracts';
import { isFailure, type Failure } from '@provisioning/errors';
import type { ErrorRequestHandler, Request, Response } from 'express';
import type { Principal } from './principal.js';
import { stateOf } from './request-state.js';

/** A request of somebody known that came to nothing. */
export interface Refusal {
  operation: Operation;
  principal: Principal;
  /** `denied` by the policies, or `failure`: the state of things, or what was sent, did not allow it. */
  result: 'denied' | 'failure';
  /** What the policies were asked; undefined where it did not come to that. */
  asked: { resource: string; action: string } | undefined;
  params: Readonly<Record<string, unknown>>;
  failure: Failure;
  ip: string;
}

export type RefusalLog = (refusal: Refusal) => Promise<void>;

/** Kinds of failures that tell of a decision of ours; what is broken or away says nothing about who asked. */
const TELLING = new Set(['forbidden', 'not_found', 'conflict', 'precondition_failed', 'invalid']);

/** Tells of each denial, and of each change that was refused, before the caller hears of it. */
export function noteRefusal(operation: Operation, refusals: RefusalLog): ErrorRequestHandler {
  return async (error: unknown, request: Request, response: Response, next) => {
    const { principal, asked } = stateOf(response);
    if (!principal || !isFailure(error) || !TELLING.has(error.kind)) return next(error);
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
