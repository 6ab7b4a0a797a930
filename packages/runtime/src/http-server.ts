import { randomUUID } from 'node:crypto';
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { Failure } from '@provisioning/errors';
import { makeSocketFolder } from './local-socket.js';

const DRAIN_MS = 5_000;
/** Time limits for clients, in milliseconds. Node.js checks them at an interval, 30 s by default. */
const TIMEOUTS: HttpTimeouts = { headers: 10_000, request: 30_000, check: 1_000 };
/** Longer than the usual 60 s of load balancers: a server that closes first makes them answer 502 now and then. */
const KEEP_ALIVE_SECONDS = 75;

/** The time limits of a server. */
export interface HttpTimeouts {
  /** For the headers of a request. */
  headers: number;
  /** For a whole request, including its body. */
  request: number;
  /** The interval of the checks: late connections are closed at most this much later. */
  check: number;
}

/** A running server. */
export interface HttpServer {
  /** `http://host:port` or `unix:/path`. */
  url: string;
  /** 0 for a socket. */
  port: number;
  server: Server;
  /** Accepts no new connection, lets requests end (5 s at most), closes the rest. */
  close(): Promise<void>;
}

/** The address of a server: a port (0: a free one) with the variables that set it, or a Unix socket. */
export type ListenAt =
  { host: string; port: number; hostVariable?: string; portVariable: string } | { socketPath: string };

/**
 * @param keepAliveSeconds how long a connection may be idle between two requests; 75 where absent
 * @throws Failure `unavailable` with a sentence if the port is in use or not allowed, or the socket is not safe
 */
export async function startHttpServer(
  listener: RequestListener,
  {
    timeouts = TIMEOUTS,
    keepAliveSeconds = KEEP_ALIVE_SECONDS,
    ...at
  }: ListenAt & { timeouts?: HttpTimeouts; keepAliveSeconds?: number },
): Promise<HttpServer> {
  const server = createServer(
    {
      headersTimeout: timeouts.headers,
      requestTimeout: timeouts.request,
      // Idle time between two requests. The limit for headers begins with the first byte of a request, so it may be shorter.
      keepAliveTimeout: keepAliveSeconds * 1000,
      connectionsCheckingInterval: timeouts.check,
      maxHeaderSize: 16_384,
    },
    (request, response) => {
      const target = originForm(request.url ?? '');
      if (target === undefined) return answerUnreadable(new Error('no request target'), request.socket);
      request.url = target;
      listener(request, response);
    },
  );
  server.on('clientError', answerUnreadable);
  if ('socketPath' in at) {
    makeSocketFolder(at.socketPath);
    // Left by a process that was killed.
    rmSync(at.socketPath, { force: true });
  }
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenFailure(error, at)));
    if ('socketPath' in at) server.listen(at.socketPath, resolve);
    else server.listen(at.port, at.host, resolve);
  });
  if ('socketPath' in at) chmodSync(at.socketPath, 0o600);
  return {
    ...whereItIs(server, at),
    server,
    close: () =>
      new Promise((resolve) => {
        const hurry = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
        server.close(() => {
          clearTimeout(hurry);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

/** For all addresses of the machine, the URL has the loopback address. */
function whereItIs(server: Server, at: ListenAt): Pick<HttpServer, 'url' | 'port'> {
  if ('socketPath' in at) return { url: `unix:${at.socketPath}`, port: 0 };
  // Safe cast: it listens on a TCP port.
  const { port } = server.address() as AddressInfo;
  const shown = at.host === '0.0.0.0' || at.host === '::' ? '127.0.0.1' : at.host;
  return { url: `http://${shown.includes(':') ? `[${shown}]` : shown}:${port}`, port };
}

/** The path and query of a request target: clients of proxies send the whole URL (RFC 9112, 3.2.2). */
function originForm(target: string): string | undefined {
  if (target.startsWith('/') || target === '*') return target;
  const [origin] = /^https?:\/\/[^/?#]+/i.exec(target) ?? [];
  if (origin === undefined) return undefined;
  const rest = target.slice(origin.length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}

const UNREADABLE: Record<string, [status: string, code: string, error: string]> = {
  HPE_HEADER_OVERFLOW: [
    '431 Request Header Fields Too Large',
    'too_large',
    'The headers are larger than 16 KB.',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [
    '408 Request Timeout',
    'malformed',
    'The request was not complete in time. Send it again.',
  ],
};

/** Requests that Node.js cannot parse as HTTP get the error envelope, too. */
function answerUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, code, sentence] = UNREADABLE[error.code ?? ''] ?? [
    '400 Bad Request',
    'malformed',
    'The request is not valid HTTP/1.1.',
  ];
  const requestId = randomUUID();
  const body = JSON.stringify({ success: false, error: sentence, code, request_id: requestId });
  socket.end(
    [
      `HTTP/1.1 ${status}`,
      'Connection: close',
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Cache-Control: no-store',
      `X-Request-Id: ${requestId}`,
      '',
      body,
    ].join('\r\n'),
    // A client that never closes its side would keep the connection open.
    () => socket.destroy(),
  );
}

function listenFailure(error: NodeJS.ErrnoException, at: ListenAt): Failure {
  const code = error.code ?? error.message;
  const reason =
    'socketPath' in at
      ? `The socket ${at.socketPath} cannot be listened on (${code}). Set TMPDIR to a folder of this user`
      : error.code === 'EADDRINUSE'
        ? `Port ${at.port} on ${at.host} is in use by another program. Stop that program, or set ${at.portVariable} to another port`
        : `The address ${at.host}:${at.port} cannot be listened on (${code}). Set ${at.hostVariable ?? 'HOST'} and ${at.portVariable}`;
  return new Failure('unavailable', `${reason}.`, { code: 'port_unavailable', cause: error });
}
