import { operationsOf, type AnyOperation, type Service } from '@provisioning/contracts';
import { silentLogger } from '@provisioning/runtime';
import type { Express } from 'express';
import { Registry } from 'prom-client';
import { createApp } from '../../src/app.js';
import type { AccessRequest } from '../../src/authorize.js';
import type { HandlerRequest } from '../../src/bind.js';
import { reply } from '../../src/reply.js';

export interface RecordingApp {
  app: Express;
  operations: readonly AnyOperation[];
  /** The arguments that handlers were called with, in order. */
  handled: HandlerRequest<AnyOperation>[];
  /** The questions that the policies were asked, in order. */
  asked: AccessRequest[];
}

/** A service whose operations answer at once; every caller with a bearer token is known and may do everything. */
export function recordingApp(service: Service): RecordingApp {
  // Operations for services are served separately.
  const operations = operationsOf(service).filter(({ permission }) => permission !== 'service');
  const handled: RecordingApp['handled'] = [];
  const asked: AccessRequest[] = [];
  const app = createApp({
    operations,
    bindings: operations.map((operation) => ({
      operation,
      handle: (request) => {
        handled.push(request);
        return reply(operation.success.list ? [] : null, operation.success.list ? { total: 0 } : {});
      },
    })),
    document: {},
    authenticate: (token) => ({
      id: token,
      username: token,
      email: '',
      roles: [],
      sessionId: 's',
      tokenId: 't',
      expiresAt: Number.MAX_SAFE_INTEGER,
    }),
    authorizer: (request) => ({ yes: asked.push(request) > 0, approvals: [] }),
    limits: { auth: 0, general: 0, batch: 0 },
    redis: undefined,
    probes: { checks: {}, registry: new Registry(), metricsToken: undefined, isStopping: () => false },
    log: silentLogger,
    trustProxy: 0,
    allowedOrigins: [],
    checkAnswers: false,
  });
  return { app, operations, handled, asked };
}
