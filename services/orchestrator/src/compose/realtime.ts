import type { Server } from 'node:http';
import type { Authorizer, Binding } from '@provisioning/http-kit';
import type { Express, Router } from 'express';
import type { ApiConfig } from '../config.js';
import type { Viewers } from '../domain/access/viewer.js';
import { HealthPublisher } from '../domain/event/health-publisher.js';
import type { SystemHealth } from '../domain/state/state.js';
import { EventFeed } from '../postgres/events/event-feed.js';
import { EVERYTHING } from '../postgres/events/event-rows.js';
import { PostgresEventHistory } from '../postgres/events/event-history.js';
import { PostgresHealthBoard } from '../postgres/state/health-board.js';
import type { PostgresScopeStore } from '../postgres/access/scope-store.js';
import { historyWithScopes, withScopes } from '../postgres/events/scoped-events.js';
import { PostgresTicketStore } from '../postgres/access/ticket-store.js';
import type { Access } from '../realtime/access.js';
import { Connections } from '../realtime/connections.js';
import { EventHub } from '../realtime/event-hub.js';
import { eventRoutes } from '../realtime/event-routes.js';
import { EventStreams } from '../realtime/event-streams.js';
import { RealtimeMetrics } from '../realtime/metrics.js';
import { webSocketRoute } from '../realtime/web-socket-route.js';
import { WebSockets } from '../realtime/web-sockets.js';
import type { Base } from './resources.js';

/** Everything that sends events to clients. */
export interface Realtime {
  bindings: Binding[];
  router: Router;
  connections: Connections;
  webSockets: WebSockets;
  health: HealthPublisher;
  /** Accepts requests for WebSockets. */
  start(server: Server, app: Express): void;
  /** Can be called any number of times. */
  close(): Promise<void>;
}

/** Composes the streams of events, WebSockets and server-sent events. */
export function composeRealtime<Remembered extends object>(
  config: ApiConfig,
  { database, redis, registry, log, resources }: Base,
  access: Access<Remembered>,
  authorizer: Authorizer,
  { viewers, scopes }: { viewers: Viewers; scopes: PostgresScopeStore },
  health: () => Promise<SystemHealth>,
): Realtime {
  const metrics = new RealtimeMetrics(registry);
  const openFeed = () => withScopes(new EventFeed(database, EVERYTHING), scopes);
  const hub = new EventHub(openFeed, log, (lag) => metrics.lagged(lag));
  const streams = new EventStreams(
    hub,
    openFeed,
    historyWithScopes(new PostgresEventHistory(database), scopes),
    viewers,
  );
  const connections = new Connections(access);
  const tickets = new PostgresTicketStore<Remembered>(database);
  const webSockets = new WebSockets(streams, connections, metrics);
  const { rateLimits: limits, allowedOrigins } = config;
  let closed: Promise<void> | undefined;
  const close = async () => {
    connections.close();
    await webSockets.close();
    await hub.close();
  };
  resources.add('realtime', () => (closed ??= close()));
  return {
    connections,
    webSockets,
    health: new HealthPublisher(new PostgresHealthBoard(database), health),
    bindings: eventRoutes(streams, connections, tickets, access, metrics),
    router: webSocketRoute(webSockets, connections, {
      access,
      tickets,
      authorizer,
      limits,
      redis,
      log,
      allowedOrigins,
    }),
    start(server, app) {
      webSockets.attach(server, app);
    },
    close: () => (closed ??= close()),
  };
}
