import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { Failure } from '@provisioning/errors';

const DRAIN_MS = 5_000;

export interface HttpServer {
  url: string;
  server: Server;
  /** Takes no new connection, lets requests under way end (5 s at most), closes the rest. */
  close(): Promise<void>;
}

/** @throws Failure `unavailable` in a sentence when the port is taken or may not be used. */
export async function startHttpServer(
  listener: RequestListener,
  { host, port, portVariable }: { host: string; port: number; portVariable: string },
): Promise<HttpServer> {
  const server = createServer(
    { requestTimeout: 30_000, headersTimeout: 10_000, maxHeaderSize: 16_384 },
    listener,
  );
  server.on('clientError', answerUnreadable);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(listenFailure(error, host, port, portVariable)),
    );
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return {
    url: `http://${shown.includes(':') ? `[${shown}]` : shown}:${address.port}`,
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

const UNREADABLE: Record<string, [status: string, code: string, error: string]> = {
  HPE_HEADER_OVERFLOW: [
    '431 Request Header Fields Too Large',
    'too_large',
    'The headers are larger than 16 KB.',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [
    '408 Request Timeout',
    'malformed',
    'The request did not come to its end in time.',
  ],
};

/** What Node.js cannot even read as HTTP gets the envelope of errors as well. */
function answerUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, code, sentence] = UNREADABLE[error.code ?? ''] ?? [
    '400 Bad Request',
    'malformed',
    'This is no request that HTTP/1.1 knows.',
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
  );
}

function listenFailure(error: NodeJS.ErrnoException, host: string, port: number, variable: string): Failure {
  const reason =
    error.code === 'EADDRINUSE'
      ? `Port ${port} on ${host} is in use by another program. Stop that program, or set ${variable} to another port`
      : `The address ${host}:${port} cannot be listened on (${error.code ?? error.message}). Set HOST and ${variable}`;
  return new Failure('unavailable', `${reason}.`, { code: 'port_unavailable', cause: error });
}
