import { createHash } from 'node:crypto';
import type { Operation } from '@provisioning/contracts';
import { Failure } from '@provisioning/errors';
import type { ApprovedPlan, Question } from '@provisioning/policy';
import { currentContext, nextTurn } from '@provisioning/runtime';
import {
  Router,
  type ErrorRequestHandler,
  type Express,
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import {
  identify,
  requirePrincipal,
  requireService,
  type Authenticator,
  type ServiceAuthenticator,
} from './authenticate.js';
import { authorize, type Authorizer } from './authorize.js';
import type { Asked, Binding, IdempotencyKey } from './bind.js';
import { inOrder } from './in-order.js';
import { refuseTwoPositions } from './paging.js';
import { preferencesOf } from './preferences.js';
import type { Principal } from './principal.js';
import { questionOf } from './question.js';
import { bodyReader, hasLongBody } from './read-body.js';
import { sendReply, sendStream } from './send-reply.js';
import { noteRefusal, type RefusalLog } from './refusals.js';
import { negotiateVersion, VENDOR_TYPE } from './version.js';
import { pathReader, queryReader } from './read-parameters.js';
import { answerCheck, bodyCheck, longBodyCheck } from './validate.js';
import { stateOf } from './request-state.js';

/** What the operations of a contract need besides their handlers. */
export interface MountOptions {
  operations: readonly Operation[];
  bindings: readonly Binding[];
  /** Needed, with the authorizer, where operations are for users. */
  authenticate?: Authenticator;
  authorizer?: Authorizer;
  /** Needed where operations are for services. */
  authenticateService?: ServiceAuthenticator;
  limiter: (rateClass: Operation['rateClass'], operationId: string) => RequestHandler;
  /** Called with every refused request of a known user, for the audit trail. */
  refusals?: RefusalLog;
  /** In tests, every answer is checked against the contract. */
  checkAnswers: boolean;
}

/**
 * Mounts every operation of the contract. A request is authenticated, counted, admitted, validated, authorized and then
 * served. An operation without a binding answers 501.
 */
export function mountOperations(app: Express, options: MountOptions): void {
  const handlers = new Map(options.bindings.map((binding) => [binding.operation.id, binding]));
  const known = new Set(options.operations.map(({ id }) => id));
  const strangers = [...handlers.keys()].filter((id) => !known.has(id));
  if (strangers.length > 0) throw new Error(`bound, but not in the contract: ${strangers.join(', ')}`);

  const routers = new Map<string, Router>();
  const routerOf = (path: string): Router => {
    const router = routers.get(firstSegment(path)) ?? Router();
    routers.set(firstSegment(path), router);
    return router;
  };
  for (const operation of options.operations) {
    routerOf(operation.path)[operation.method](
      expressPath(operation.path),
      inOrder(
        (_request: Request, response: Response, next: NextFunction) => {
          const state = stateOf(response);
          state.route = operation.path;
          state.budget = operation.rateClass;
          next();
        },
        ...admission(operation, options),
      ),
      ...serving(operation, handlers.get(operation.id), options),
    );
  }
  refuseOtherMethods(routerOf, options.operations);
  // Express tries routes one after the other: with a router for each first segment, few are left to try.
  app.use((request, response, next) => {
    const router = routers.get(firstSegment(request.path));
    if (!router) return next();
    negotiateVersion(request, response, (error?: unknown) => {
      if (error) next(error);
      else router(request, response, next);
    });
  });
}

/** Paths are case-insensitive. */
function firstSegment(path: string): string {
  const end = path.indexOf('/', 1);
  return (end < 0 ? path : path.slice(0, end)).toLowerCase();
}

function admission(operation: Operation, options: MountOptions): RequestHandler[] {
  const { permission, rateClass, id } = operation;
  if (permission === 'service') {
    if (!options.authenticateService)
      throw new Error(`${id} is for services, which are served on a port of their own`);
    return [options.limiter(rateClass, id), requireService(options.authenticateService)];
  }
  if (!options.authenticate || !options.authorizer) throw new Error(`${id} is for users, not for services`);
  return [
    identify(options.authenticate, operation),
    options.limiter(rateClass, id),
    ...(permission === 'public' ? [] : [requirePrincipal]),
  ];
}

/** An operation without a binding answers 501 to every request. */
function serving(
  operation: Operation,
  binding: Binding | undefined,
  options: MountOptions,
): (RequestHandler | ErrorRequestHandler)[] {
  if (!binding) return [notBuilt(operation)];
  const { refusals } = options;
  return [
    ...(operation.body
      ? [bodyReader({ limit: operation.bodyLimit, anyText: operation.permission === 'service' })]
      : []),
    endpoint(binding, operation, options),
    ...(refusals ? [noteRefusal(operation, refusals)] : []),
  ];
}

function endpoint({ asks, handle }: Binding, operation: Operation, options: MountOptions): RequestHandler {
  const { authorizer, checkAnswers } = options;
  const readParams = pathReader(operation.params);
  const { list } = operation.success;
  const readQuery = queryReader(operation.query, list && ((given) => refuseTwoPositions(list, given)));
  const checkBody = operation.body && bodyCheck(operation.body);
  const checkLongBody = operation.body && operation.bodyLimit && longBodyCheck(operation.body, nextTurn);
  const checkAnswer = checkAnswers ? answerCheck(operation.success.data, operation.id) : undefined;
  const { permission } = operation;

  return async (request, response) => {
    // Safe cast: no route of a contract has a repeated or optional parameter.
    const params = readParams(request.params as Record<string, string>);
    const query = readQuery(request.originalUrl);
    const body: unknown = operation.body ? request.body : undefined;
    if (checkBody) {
      if (body === undefined)
        throw new Failure(
          'invalid',
          'The body must be JSON with Content-Type: application/json, but there is none.',
          {
            code: 'validation_failed',
          },
        );
      if (checkLongBody && hasLongBody(response)) await checkLongBody(body);
      else checkBody(body);
    }
    const state = stateOf(response);
    state.query = query;
    const { principal } = state;
    if (hasLongBody(response)) await nextTurn();
    const idempotency = operation.idempotent ? idempotencyOf(request, principal, body) : undefined;
    let asked: readonly Question[] = [];
    let found: unknown;
    let plan: ApprovedPlan | undefined;
    if (typeof permission === 'object' && principal && authorizer) {
      const declared = questionOf(permission, { params, query, body });
      state.asked = declared;
      const checked = { params, query, body, principal, declared, idempotency };
      const about: Asked<unknown> = asks
        ? // Safe cast: the operation's own schemas have validated the members.
          await asks(checked as Parameters<NonNullable<typeof asks>>[0])
        : { questions: [declared], found: undefined };
      plan = 'failure' in about ? undefined : about.plan;
      asked = about.questions;
      const deciding = authorize(authorizer, asked, principal, request, plan);
      if (deciding) await deciding;
      if ('failure' in about) throw about.failure;
      found = about.found;
    }
    if (hasLongBody(response)) await nextTurn();
    const permit = async (questions: readonly Question[]) => {
      if (!principal || !authorizer)
        throw new Error(`${operation.id} is not for users: the policies cannot be asked`);
      await authorize(authorizer, questions, principal, request, plan);
    };
    // Safe cast: the operation's own schemas have validated the members.
    const answer = await handle({
      ...about(request, response, operation, principal),
      params,
      query,
      body,
      asked,
      plan,
      found,
      idempotency,
      permit,
    } as Parameters<typeof handle>[0]);
    if (answer.stream) return sendStream(response, answer.stream);
    checkAnswer?.(answer.data);
    sendReply(operation, request, response, answer);
  };
}

function about(request: Request, response: Response, operation: Operation, principal: Principal | undefined) {
  return {
    principal,
    service: stateOf(response).service,
    method: request.method,
    path: request.path,
    ip: request.ip ?? '',
    userAgent: request.headers['user-agent']?.slice(0, 512),
    requestId: currentContext()?.requestId ?? String(response.get('X-Request-Id')),
    preferences: preferencesOf(request.get('prefer')),
    mediaType: otherMediaType(operation, request),
    ifMatch: request.get('if-match')?.replace(/^(?:W\/)?"(.*)"$/, '$1'),
    lastEventId: request.get('last-event-id'),
  };
}

function otherMediaType({ success }: Operation, request: Request): string | undefined {
  const others = [...(success.alsoAs ?? [])];
  const best = others.length > 0 && request.accepts(['application/json', VENDOR_TYPE, ...others]);
  return others.find((mediaType) => mediaType === best);
}

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

function idempotencyOf(
  request: Request,
  principal: Principal | undefined,
  body: unknown,
): IdempotencyKey | undefined {
  const key = request.get('idempotency-key');
  if (key === undefined) return undefined;
  if (!IDEMPOTENCY_KEY.test(key)) {
    throw new Failure('malformed', 'Idempotency-Key must have 1 to 255 visible ASCII characters.', {
      code: 'bad_parameter',
    });
  }
  const requestHash = createHash('sha256')
    .update(JSON.stringify([request.method, request.originalUrl, body ?? null]))
    .digest('hex');
  return { key, principal: principal?.id ?? '', requestHash };
}

function notBuilt(operation: Operation): RequestHandler {
  return (_request, _response, next) => {
    next(
      new Failure(
        'not_implemented',
        `${operation.method.toUpperCase()} ${operation.path} is not available in this version.`,
      ),
    );
  };
}

function refuseOtherMethods(routerOf: (path: string) => Router, operations: readonly Operation[]): void {
  const methods = new Map<string, Set<string>>();
  for (const { path, method } of operations) {
    const set = methods.get(path) ?? new Set(['OPTIONS']);
    set.add(method.toUpperCase());
    if (method === 'get') set.add('HEAD');
    methods.set(path, set);
  }
  for (const [path, allowed] of methods) {
    routerOf(path).all(expressPath(path), (request, response, next) => {
      const list = [...allowed].sort().join(', ');
      response.set('Allow', list);
      stateOf(response).route = path;
      if (request.method === 'OPTIONS') response.status(204).end();
      else next(new Failure('method_not_allowed', `${path} takes ${list}, not ${request.method}.`));
    });
  }
}

function expressPath(path: string): string {
  return path.replaceAll(/\{([a-z_]+)\}/g, ':$1');
}
