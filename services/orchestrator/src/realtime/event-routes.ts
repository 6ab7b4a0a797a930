import { createWsTicket, followEvents } from '@provisioning/contracts';
import { Failure } from '@provisioning/errors';
import { asFailure, on, principalOf, reply, stream, type Binding } from '@provisioning/http-kit';
import type { TicketStore } from '../domain/access/ticket-store.js';
import type { Access } from './access.js';
import { CLOSING, type Connections } from './connections.js';
import type { EventStreams, Follow } from './event-streams.js';
import type { RealtimeMetrics } from './metrics.js';
import { filterOf, lastEventOf } from './query.js';
import { StreamClient } from './stream-client.js';

const HEARTBEAT_MS = 15_000;

/** The routes of `/events`. */
export function eventRoutes<Remembered extends object>(
  streams: EventStreams,
  connections: Connections,
  tickets: TicketStore<Remembered>,
  access: Pick<Access<Remembered>, 'remember'>,
  metrics: RealtimeMetrics,
): Binding[] {
  return [
    on(createWsTicket)(async (request) => {
      const { ticket, expiresAt } = await tickets.create(access.remember(principalOf(request)));
      return reply({ ticket, expires_at: expiresAt.toISOString() });
    }),
    on(followEvents)(async (request) => {
      const { query, ip, lastEventId, mediaType } = request;
      const follow: Follow = {
        principal: principalOf(request),
        ip,
        filter: filterOf(query),
        after: lastEventOf(lastEventId, query.last_event_id),
      };
      if (mediaType !== 'text/event-stream') return reply(await streams.list(follow));
      return stream('text/event-stream', null, await openStream(follow, streams, connections, metrics));
    }),
  ];
}

async function openStream(
  follow: Follow,
  streams: EventStreams,
  connections: Connections,
  metrics: RealtimeMetrics,
): Promise<StreamClient> {
  connections.admit();
  const leaving: (() => void)[] = [];
  const client = new StreamClient(
    (events) => metrics.sent('sse', events),
    ({ code }) => metrics.closed('sse', code),
    () => leaving.forEach((leave) => leave()),
  );
  const release = connections.open(follow.principal, (closing) => client.close(closing));
  if (!release) {
    throw new Failure('rate_limited', CLOSING.tooMany.reason, {
      code: 'too_many_connections',
      retryAfter: 5,
    });
  }
  leaving.push(release);
  const { subscription, missed, end } = await streams.follow(follow).catch((error: unknown) => {
    release();
    throw error;
  });
  const heartbeat = setInterval(() => client.comment('still here'), HEARTBEAT_MS);
  metrics.opened('sse');
  leaving.push(
    end,
    () => clearInterval(heartbeat),
    () => metrics.left('sse'),
  );
  // It was closed before it started.
  if (client.ended) leaving.forEach((leave) => leave());
  if (missed) client.notify('missed', { error: missed.message, code: missed.code });
  subscription.sendTo(client).catch((error: unknown) => {
    client.notify('error', { error: asFailure(error).message, code: asFailure(error).code });
    client.close(CLOSING.failed);
  });
  return client;
}
