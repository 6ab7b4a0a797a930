import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { AugmentedRequest } from 'express-rate-limit';
import { clientNetwork } from './client-network.js';
import { stateOf } from './request-state.js';

const WINDOW_SECONDS = 60;
const REMEMBERED_CLIENTS = 10_000;

interface Budget {
  remaining: number;
  /** Seconds since the epoch. */
  reset: number;
}

/**
 * Sets the general budget of anonymous clients on answers that are not counted (probes, pages), as far as this process
 * knows it without a query. Counted requests overwrite it.
 */
export function budgetHeaders(limit: number): RequestHandler {
  if (limit === 0) return (_request, _response, next) => next();
  const seen = new Map<string, Budget>();
  return (request, response, next) => {
    const network = clientNetwork(request.ip ?? '');
    const now = Math.ceil(Date.now() / 1000);
    const known = seen.get(network);
    const budget = known && known.reset > now ? known : { remaining: limit, reset: now + WINDOW_SECONDS };
    response.set({
      'X-RateLimit-Limit': String(limit),
      'X-RateLimit-Remaining': String(budget.remaining),
      'X-RateLimit-Reset': String(budget.reset),
    });
    response.once('finish', () => {
      // Safe cast: the limiter adds this member; its absence is handled.
      const counted = (request as Partial<AugmentedRequest>)['rateLimit'];
      if (stateOf(response).budget !== 'general' || counted?.key !== `ip:${network}`) return;
      if (seen.size >= REMEMBERED_CLIENTS) seen.clear();
      const { remaining, resetTime } = counted;
      seen.set(network, { remaining, reset: Math.ceil((resetTime?.getTime() ?? 0) / 1000) });
    });
    next();
  };
}

/**
 * Counts requests that are refused before their operation is found (unknown path, other method or version), so that
 * guessing at addresses is limited too.
 */
export function countUnmatched(...count: readonly RequestHandler[]): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const state = stateOf(response);
    if (state.budget !== undefined) return next(error);
    state.budget = 'general';
    const step = (index: number): void => {
      const handler = count[index];
      if (!handler) return next(error);
      void handler(request, response, (refused?: unknown) => (refused ? next(refused) : step(index + 1)));
    };
    step(0);
  };
}
