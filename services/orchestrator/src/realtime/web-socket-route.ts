import { webSocketQuery } from '@provisioning/contracts';
import { Failure } from '@provisioning/errors';
import {
  authorize,
  queryReader,
  rateLimiters,
  stateOf,
  type Authorizer,
  type Principal,
  type RateLimits,
} from '@provisioning/http-kit';
import { Router, type Request, type RequestHandler } from 'express';
import type { Logger } from '@provisioning/runtime';
import type { Redis } from 'ioredis';
import type { TicketStore } from '../domain/access/ticket-store.js';
import type { Access } from './access.js';
import type { Connections } from './connections.js';
import { filterOf, lastEventOf, type FollowQuery } from './query.js';
import type { WebSockets } from './web-sockets.js';

const PATH = '/ws';
const ASKED = { resource: 'events:*', action: 'read', context: {} } as const;
const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]{1,8192})$/i;

/** What {@link webSocketRoute} needs. */
export interface WebSocketRouteOptions<Remembered extends object> {
  access: Access<Remembered>;
  tickets: TicketStore<Remembered>;
  authorizer: Authorizer;
  limits: RateLimits;
  redis: Redis | undefined;
  log: Logger;
  allowedOrigins: readonly string[];
}

type SocketQuery = FollowQuery & { token?: string; ticket?: string };

/** `/ws`, in the order of every operation: authentication, rate limit, authorization, input. */
export function webSocketRoute<Remembered extends object>(
  webSockets: WebSockets,
  connections: Connections,
  options: WebSocketRouteOptions<Remembered>,
): Router {
  const readQuery = queryReader(webSocketQuery);
  const limit = rateLimiters(options)('general', 'connectWebSocket');

  const identify: RequestHandler = async (request, response, next) => {
    const state = stateOf(response);
    state.route = PATH;
    checkOrigin(request, options.allowedOrigins);
    const query = readQuery(request.originalUrl);
    if (!webSockets.isUpgrade(request)) {
      throw new Failure(
        'malformed',
        '/ws opens a WebSocket: connect with a WebSocket client, or follow GET /events.',
        {
          code: 'upgrade_required',
        },
      );
    }
    state.query = query;
    try {
      state.principal = await principalOf(request, query, options);
    } catch (error) {
      state.refusal = error;
    }
    next();
  };

  const open: RequestHandler = async (request, response) => {
    const { principal, refusal } = stateOf(response);
    if (!principal) throw refusal;
    const query: SocketQuery = stateOf(response).query ?? {};
    await authorize(options.authorizer, [ASKED], principal, request);
    connections.admit();
    await webSockets.accept(request, response, {
      principal,
      ip: request.ip ?? '',
      filter: filterOf(query),
      after: lastEventOf(query.last_event_id),
    });
  };
  return Router().get(PATH, identify, limit, open);
}

/** Browsers let any page open a WebSocket, and send the page's origin. */
function checkOrigin(request: Request, allowed: readonly string[]): void {
  const origin = request.get('origin');
  if (origin === undefined || allowed.includes(origin)) return;
  throw new Failure(
    'forbidden',
    'Pages of this origin are not allowed to connect. Add the origin to ALLOWED_ORIGINS.',
    {
      code: 'origin_not_allowed',
    },
  );
}

async function principalOf<Remembered extends object>(
  request: Request,
  { ticket, token }: SocketQuery,
  { tickets, access }: WebSocketRouteOptions<Remembered>,
): Promise<Principal> {
  if (ticket !== undefined) {
    const remembered = await tickets.take(ticket);
    const principal = remembered && access.recall(remembered);
    if (principal) return principal;
    throw new Failure(
      'unauthenticated',
      'The ticket is invalid, used or older than 30 s. Request another one with POST /ws/ticket.',
      {
        code: 'ticket_invalid',
      },
    );
  }
  const given = token ?? BEARER.exec(request.get('authorization') ?? '')?.[1];
  if (given === undefined) {
    throw new Failure(
      'unauthenticated',
      'Sign in first, then connect with “Authorization: Bearer <token>”, or with the ticket of POST /ws/ticket.',
      { code: 'token_missing' },
    );
  }
  return access.authenticate(given);
}
