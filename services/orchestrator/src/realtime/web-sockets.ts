import { ServerResponse, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { subscribeMessageSchema, type SubscribeMessage } from '@provisioning/contracts';
import { Failure } from '@provisioning/errors';
import { bodyCheck, type Principal } from '@provisioning/http-kit';
import { readJson } from '@provisioning/input';
import { currentContext } from '@provisioning/runtime';
import { WebSocketServer, type WebSocket } from 'ws';
import { CLOSING, type Connections } from './connections.js';
import type { EventStreams, Follow, Followed } from './event-streams.js';
import type { RealtimeMetrics } from './metrics.js';
import { filterOfMessage } from './query.js';
import { SocketClient } from './socket-client.js';

const MAX_MESSAGE = 64 * 1024;
const MESSAGE_RULES = { maxDepth: 8, maxMembers: 100, maxContainers: 1_000 };
const CLOSE_WITHIN_MS = 1_000;

const checkSubscribe = bodyCheck(subscribeMessageSchema);

const UPGRADE_MS = 30_000;

/** The open WebSockets of this process. */
export class WebSockets {
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE,
    perMessageDeflate: false,
    clientTracking: false,
  });
  readonly #upgrades = new WeakMap<IncomingMessage, { socket: Socket; head: Buffer }>();
  readonly #clients = new Map<WebSocket, SocketClient>();

  constructor(
    private readonly streams: EventStreams,
    private readonly connections: Connections,
    private readonly metrics: RealtimeMetrics,
  ) {}

  /** Sends every client a ping, so that dead connections are detected. */
  ping(): void {
    for (const client of this.#clients.values()) client.ping();
  }

  /**
   * Lets the application answer upgrade requests like any other request, so that limits, errors and ids are the same. The
   * route of `/ws` then takes over the socket.
   */
  attach(server: Server, app: RequestListener): void {
    server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
      // Safe cast: node:http upgrades sockets only.
      const socket = stream as Socket;
      socket.on('error', () => socket.destroy());
      // The server's own limits no longer apply to the socket; an accepted WebSocket removes this one.
      socket.setTimeout(UPGRADE_MS, () => socket.destroy());
      this.#upgrades.set(request, { socket, head });
      const response = new ServerResponse(request);
      response.shouldKeepAlive = false;
      response.assignSocket(socket);
      response.once('finish', () => {
        response.detachSocket(socket);
        // Not `end`: a client that never closes its side would keep this side open.
        socket.destroySoon();
      });
      app(request, response);
    });
  }

  /** Whether this is a valid request to open a WebSocket. */
  isUpgrade(request: IncomingMessage): boolean {
    const { upgrade, 'sec-websocket-key': key, 'sec-websocket-version': version } = request.headers;
    return (
      this.#upgrades.has(request) &&
      upgrade?.toLowerCase() === 'websocket' &&
      /^[+/0-9A-Za-z]{22}==$/.test(key ?? '') &&
      (version === '13' || version === '8')
    );
  }

  /** Opens it; from then on no event is missed. */
  async accept(request: IncomingMessage, response: ServerResponse, follow: Follow): Promise<void> {
    const { socket, head } = this.#upgrades.get(request)!;
    const followed = await this.streams.follow(follow);
    // It stays open as long as its client does.
    currentContext()?.patience?.lift();
    this.#upgrades.delete(request);
    response.detachSocket(socket);
    // If the client is gone by now, neither the opening nor the closing is reported.
    if (socket.destroyed) return followed.end();
    socket.once('close', followed.end);
    this.#server.handleUpgrade(request, socket, head, (webSocket) =>
      this.#open(webSocket, socket, follow.principal, followed),
    );
  }

  /** Resolves when all are closed, including those that do not answer. */
  async close(): Promise<void> {
    const gone = [...this.#clients.keys()].map((webSocket) => {
      const timer = setTimeout(() => webSocket.terminate(), CLOSE_WITHIN_MS);
      return new Promise<void>((resolve) =>
        webSocket.once('close', () => {
          clearTimeout(timer);
          resolve();
        }),
      );
    });
    for (const client of this.#clients.values()) client.close(CLOSING.goingAway);
    await Promise.all(gone);
  }

  #open(
    webSocket: WebSocket,
    socket: Duplex,
    principal: Principal,
    { subscription, missed }: Followed,
  ): void {
    const client = new SocketClient(
      webSocket,
      socket,
      (events) => this.metrics.sent('websocket', events),
      ({ code }) => this.metrics.closed('websocket', code),
    );
    const release = this.connections.open(principal, (closing) => client.close(closing));
    if (!release) return client.close(CLOSING.tooMany);
    this.#clients.set(webSocket, client);
    this.metrics.opened('websocket');
    webSocket.once('close', () => {
      this.#clients.delete(webSocket);
      this.metrics.left('websocket');
      release();
    });
    client.onText((text) => {
      const message = readSubscribe(text);
      subscription.filter = filterOfMessage(message);
      client.say({ subscribed: message.subscribe });
    });
    if (missed) client.complain(missed);
    subscription.sendTo(client).catch((error: unknown) => {
      client.complain(error);
      client.close(CLOSING.failed);
    });
  }
}

function readSubscribe(text: string): SubscribeMessage {
  const read = readJson(text, MESSAGE_RULES);
  if ('fault' in read) {
    const { path, message } = read.fault;
    const fault = `${path === '' ? 'It' : path} ${message}`;
    throw new Failure('malformed', `A message must be JSON: {"subscribe": {"event_types": […]}}. ${fault}.`);
  }
  const message = read.value;
  checkSubscribe(message);
  // Safe cast: the schema of the contract has validated it.
  return message as SubscribeMessage;
}
