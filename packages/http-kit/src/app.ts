import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Operation } from '@provisioning/contracts';
import { Failure } from '@provisioning/errors';
import { probeRouter, type Logger, type ProbeOptions } from '@provisioning/runtime';
import cors from 'cors';
import express, { type Express, type RequestHandler, type Router } from 'express';
import helmet from 'helmet';
import type { Redis } from 'ioredis';
import { identify, type Authenticator } from './authenticate.js';
import type { Authorizer } from './authorize.js';
import type { Binding } from './bind.js';
import { budgetHeaders, countUnmatched } from './budget.js';
import { clientAddress } from './client-address.js';
import { requestContext } from './context.js';
import { docsRouter } from './docs.js';
import { inOrder } from './in-order.js';
import { mountOperations } from './mount.js';
import { queryReader } from './read-parameters.js';
import { rateLimiters, type RateLimits, type RateLimitTripLog } from './rate-limit.js';
import { noteUnauthenticated, type UnauthenticatedLog } from './refused-tokens.js';
import type { RefusalLog } from './refusals.js';
import { requestMetrics } from './request-metrics.js';
import { errorHandler } from './send-error.js';
import { negotiateVersion } from './version.js';

/** The parts of a public application. */
export interface AppOptions {
  operations: readonly Operation[];
  bindings: readonly Binding[];
  /** The document that `/openapi.json` returns. */
  document: object;
  authenticate: Authenticator;
  authorizer: Authorizer;
  limits: RateLimits;
  redis: Redis | undefined;
  probes: ProbeOptions;
  log: Logger;
  /** The number of trusted proxies in front of the process; 0 for none. */
  trustProxy: number;
  /** Origins of browser pages that may call the API; default: none. */
  allowedOrigins: readonly string[];
  /** Other origins that our own pages call. */
  connectOrigins?: readonly string[];
  /** Called with every refused request of a known user, for the audit trail. */
  refusals?: RefusalLog;
  /** Called with each client that has used up its budget, for the audit trail. */
  trips?: RateLimitTripLog;
  /** Called with each request without a valid identity, for the audit trail. */
  unauthenticated?: UnauthenticatedLog;
  /** How long a request waits for the services it depends on, in milliseconds; default: 4,500. */
  patienceMs?: number | undefined;
  /** Checks every answer against the contract (tests). */
  checkAnswers: boolean;
  /** Pages beside the API. */
  pages?: Router;
  /**
   * Runs before the operations: answers a request itself, or rewrites its URL and headers to those of an operation.
   */
  front?: RequestHandler | undefined;
  /**
   * Reads `X-Provisioning-Client`, the signed address of the client on whose behalf another service of the platform calls.
   * Returns undefined for a value that was not signed by one, which is then ignored.
   */
  readClientAddress?: (value: string) => string | undefined;
}

const EXPOSED_HEADERS = [
  'X-Request-Id',
  'X-Total-Count',
  'X-Limit',
  'X-Offset',
  'X-First-Line',
  'X-Last-Line',
  'Link',
  'Location',
  'Retry-After',
  'ETag',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'RateLimit',
  'RateLimit-Policy',
  'Idempotent-Replayed',
  'traceparent',
];

const PROBES = ['/livez', '/readyz', '/metrics'];

/** Builds the Express application of a service. */
export function createApp(options: AppOptions): Express {
  const { log, probes } = options;
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('query parser', 'simple');
  app.set('trust proxy', options.trustProxy);

  app.use(
    inOrder(
      ...(options.readClientAddress ? [clientAddress(options.readClientAddress)] : []),
      requestContext(options.patienceMs),
      requestMetrics(probes.registry),
      budgetHeaders(options.limits.general),
      fixedHeaders(options.connectOrigins ?? []),
    ),
  );
  if (options.allowedOrigins.length > 0) {
    app.use(cors({ origin: [...options.allowedOrigins], exposedHeaders: EXPOSED_HEADERS, maxAge: 600 }));
  }
  for (const path of PROBES) app.get(path, checkedQuery(options.operations, path));
  app.use(probeRouter(probes));
  const limiter = rateLimiters(options);
  if (options.front) app.use(options.front);
  // The operations come first, since they are called most; no page has the path of an operation.
  mountOperations(app, { ...options, limiter });
  app.use(docsRouter(options.document));
  if (options.pages) app.use(options.pages);
  app.use(negotiateVersion);
  app.use((request, _response, next) => {
    next(
      new Failure(
        'not_found',
        `There is no ${request.method} ${request.path.slice(0, 200)}. GET /docs lists the operations.`,
        { code: 'no_such_route' },
      ),
    );
  });
  app.use(
    countUnmatched(identify(options.authenticate, { permission: 'public' }), limiter('general', 'unmatched')),
  );
  if (options.unauthenticated) app.use(noteUnauthenticated(options.unauthenticated));
  app.use(errorHandler(log));
  return app;
}

/**
 * Probes are answered before everything else. Like operations, they refuse query parameters that they do not declare.
 */
function checkedQuery(operations: readonly Operation[], path: string): RequestHandler {
  const readQuery = queryReader(operations.find((operation) => operation.path === path)?.query);
  return (request, _response, next) => {
    readQuery(request.originalUrl);
    next();
  };
}

/** Helmet's headers are the same in every answer, so they are computed once. */
function fixedHeaders(connectOrigins: readonly string[]): RequestHandler {
  const headers = new Map<string, string>();
  // Safe cast: helmet only sets and removes headers.
  const listener = {
    setHeader: (name: string, value: string) => void headers.set(name, value),
    removeHeader: (name: string) => void headers.delete(name),
  } as unknown as ServerResponse;
  helmet({ contentSecurityPolicy: { directives: contentPolicy(connectOrigins) } })(
    // Safe cast: helmet does not read the request.
    {} as IncomingMessage,
    listener,
    (error?: unknown) => {
      // Safe cast: helmet passes errors on, or nothing.
      if (error) throw error as Error;
    },
  );
  headers.set('Cache-Control', 'no-store');
  return (_request, response, next) => {
    for (const [name, value] of headers) response.setHeader(name, value);
    next();
  };
}

/** Everything from the same origin; images may be data (QR codes). */
function contentPolicy(connectOrigins: readonly string[]) {
  return {
    defaultSrc: ["'self'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:'],
    connectSrc: ["'self'", ...connectOrigins],
    objectSrc: ["'none'"],
    frameAncestors: ["'none'"],
    upgradeInsecureRequests: null,
  };
}
