import type { Operation } from '@provisioning/contracts';
import { Failure } from '@provisioning/errors';
import type { Logger } from '@provisioning/runtime';
import express, { type Express, type RequestHandler } from 'express';
import type { Registry } from 'prom-client';
import type { ServiceAuthenticator } from './authenticate.js';
import type { Binding } from './bind.js';
import { countUnmatched } from './budget.js';
import { requestContext } from './context.js';
import { inOrder } from './in-order.js';
import { mountOperations } from './mount.js';
import { rateLimiters } from './rate-limit.js';
import { noteUnauthenticated, type UnauthenticatedLog } from './refused-tokens.js';
import { requestMetrics } from './request-metrics.js';
import { errorHandler } from './send-error.js';

/** The parts of an application for services. */
export interface InternalAppOptions {
  /** Only operations with the permission `service`. */
  operations: readonly Operation[];
  bindings: readonly Binding[];
  authenticateService: ServiceAuthenticator;
  /** Requests a minute from one address, counted in this process; 0 for no limit. */
  limit: number;
  registry: Registry;
  log: Logger;
  /** Called with each request without a valid identity, for the audit trail. */
  unauthenticated?: UnauthenticatedLog;
  /** Checks every answer against the contract (tests). */
  checkAnswers: boolean;
}

/**
 * Builds the Express application for services. It has a port or socket of its own, so that users cannot reach its
 * routes. Requests are counted before their token is verified, so that guessing is limited too.
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
        `There is no ${request.method} ${request.path.slice(0, 200)}. This address serves internal operations only.`,
        { code: 'no_such_route' },
      ),
    );
  });
  app.use(countUnmatched(limiter));
  if (options.unauthenticated) app.use(noteUnauthenticated(options.unauthenticated));
  app.use(errorHandler(log));
  return app;
}

const notStored: RequestHandler = (_request, response, next) => {
  response.setHeader('Cache-Control', 'no-store');
  next();
};
