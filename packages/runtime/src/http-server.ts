import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
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

function listenFailure(error: NodeJS.ErrnoException, host: string, port: number, variable: string): Failure {
  const reason =
    error.code === 'EADDRINUSE'
      ? `Port ${port} on ${host} is in use by another program. Stop that program, or set ${variable} to another port`
      : `The address ${host}:${port} cannot be listened on (${error.code ?? error.message}). Set HOST and ${variable}`;
  return new Failure('unavailable', `${reason}.`, { code: 'port_unavailable', cause: error });
}
