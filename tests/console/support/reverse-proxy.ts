import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer as createHttpServer, request as send, type IncomingMessage } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import { temporaryFolder } from '@provisioning/test-kit';

export interface ReverseProxy {
  url: string;
  close(): Promise<void>;
}

interface ReverseProxyOptions {
  /** The path under which the service appears; '' for none. */
  prefix: string;
  tls: boolean;
}

/** A proxy as it stands in front of a service: it strips a prefix, ends TLS, and says both in `X-Forwarded-…`. */
export async function startReverseProxy(
  target: string,
  { prefix, tls }: ReverseProxyOptions,
): Promise<ReverseProxy> {
  const { hostname, port } = new URL(target);
  const forwarded = ({ headers, socket }: IncomingMessage) => ({
    ...headers,
    'x-forwarded-for': socket.remoteAddress ?? '',
    'x-forwarded-proto': tls ? 'https' : 'http',
    ...(prefix === '' ? {} : { 'x-forwarded-prefix': prefix }),
  });
  const pathOf = ({ url = '' }: IncomingMessage) =>
    url.startsWith(`${prefix}/`) ? url.slice(prefix.length) : undefined;
  /** Both ends of each WebSocket: a server does not close what was upgraded. */
  const upgraded = new Set<Duplex>();
  const server = tls ? createHttpsServer(await certificate()) : createHttpServer();
  server.on('request', (request: IncomingMessage, response) => {
    const path = pathOf(request);
    if (path === undefined) return void response.writeHead(404).end();
    const { method } = request;
    const options = { hostname, port, path, method, headers: forwarded(request), agent: false };
    const upstream = send(options, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    upstream.on('error', () => response.writeHead(502).end());
    request.pipe(upstream);
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    const upstream = connect(Number(port), hostname, () => {
      const headers = Object.entries(forwarded(request)).map(([name, value]) => `${name}: ${String(value)}`);
      upstream.write([`GET ${pathOf(request)} HTTP/1.1`, ...headers, '', ''].join('\r\n'));
      upstream.pipe(socket).pipe(upstream);
    });
    for (const each of [socket, upstream]) {
      upgraded.add(each);
      each.on('error', () => [socket, upstream].forEach((it) => it.destroy()));
      each.on('close', () => upgraded.delete(each));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const at = (server.address() as AddressInfo).port;
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${at}${prefix}`,
    close: () =>
      new Promise((resolve) => {
        for (const each of upgraded) each.destroy();
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** A certificate for this test alone. */
async function certificate(): Promise<{ key: string; cert: string }> {
  const folder = await temporaryFolder('certificate');
  const [key, cert] = [join(folder.path, 'key.pem'), join(folder.path, 'cert.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-days', '1'];
  const to = ['-keyout', key, '-out', cert];
  await promisify(execFile)('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject, ...to]);
  const read = { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
  await folder.remove();
  return read;
}
