import type { Operation } from '@provisioning/contracts';
import { Failure } from '@provisioning/errors';
import type { Logger } from '@provisioning/runtime';
import express, { type Express, type RequestHandler } from 'express';
import type { Registry } from 'prom-client';
import type { ServiceAuthenticator } from './authenticate.js';
import type { Binding } from './bind.js';
import { countStrays } from './budget.js';
import { requestContext } from './context.js';
import { inOrder } from './in-order.js';
import { mountOperations } from './mount.js';
import { rateLimiters } from './rate-limit.js';
import { noteUnauthenticated, type UnauthenticatedLog } from './refused-tokens.js';
import { requestMetrics } from './request-metrics.js';
import { errorHandler } from './send-error.js';

export interface InternalAppOptions {
  /** Those with the permission `service` alone. */
  operations: readonly Operation[];
  bindings: readonly Binding[];
  authenticateService: ServiceAuthenticator;
  /** Requests a minute from one address, counted in this process; 0 for any number. */
  limit: number;
  registry: Registry;
  log: Logger;
  /** Called for each request that was refused because of who asks: for the audit trail. */
  unauthenticated?: UnauthenticatedLog;
  /** Holds every answer against the contract (tests). */
  checkAnswers: boolean;
}

/**
 * The Express application for services: it has a port or socket of its own, so that no route of it can be reached where
 * users come in. Requests are counted before their token is looked at: guessing has its limit, too.
 */
export function createInternalApp(options: InternalAppOptions): Express {
  const { limit, registry, log } = options;
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('query parser', 'simple');
  const limits = { auth: 0, batch: 0, general: limit };
  const limiter = rateLimiters({ limits, redis: undefined })('general', 'internal');
  app.use(inOrder(requestContext(), requestMetrics(registry), notStored));
  mountOperations(app, { ...options, limiter: () => limiter });
  app.use((request, _response, next) => {
    next(
      new Failure(
        'not_found',
        `There is no ${request.method} ${request.path.slice(0, 200)}: only internal routes are served here.`,
        { code: 'no_such_route' },
      ),
    );
  });
  app.use(countStrays(limiter));
  if (options.unauthenticated) app.use(noteUnauthenticated(options.unauthenticated));
  app.use(errorHandler(log));
  return app;
}

const notStored: RequestHandler = (_request, response, next) => {
  response.setHeader('Cache-Control', 'no-store');
  next();
};
