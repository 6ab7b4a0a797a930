import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createKeyring, verifyServiceToken } from '@provisioning/auth-token';
import { ControlCenterClient } from './control-center-client.js';

const keyring = createKeyring(['a-secret-of-the-tests-that-is-long-enough']);
let folder: string;
const servers: Server[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'client-'));
});
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(folder, { recursive: true, force: true });
});

/** @returns the URL of a server on a free port, or on a socket */
async function serve(listener: RequestListener, socket?: string): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(socket ?? { port: 0, host: '127.0.0.1' }, resolve));
  return socket === undefined
    ? `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    : `unix:${socket}`;
}

const echo: RequestListener = (request, response) => {
  let body = '';
  request.on('data', (chunk) => (body += chunk));
  request.on('end', () => {
    const service = verifyServiceToken(keyring, (request.headers.authorization ?? '').replace('Bearer ', ''));
    response.end(JSON.stringify({ data: { service, method: request.method, path: request.url, body } }));
  });
};

it.each([['a port'], ['a socket']])('asks on %s, with a token of the orchestrator', async (where) => {
  const socket = where === 'a socket' ? join(folder, 'some name.sock') : undefined;
  const client = new ControlCenterClient(await serve(echo, socket), keyring);
  const about = { service: 'orchestrator' };
  expect(await client.get('/internal/x?a=1')).toEqual({
    ...about,
    ...{ method: 'GET', path: '/internal/x?a=1', body: '' },
  });
  expect(await client.post('/internal/y', { ü: 1 })).toEqual({
    ...about,
    ...{ method: 'POST', path: '/internal/y', body: '{"ü":1}' },
  });
});

it('says what to set if nothing listens, or if it is the public port', async () => {
  const nowhere = new ControlCenterClient(`unix:${join(folder, 'none.sock')}`, keyring);
  await expect(nowhere.get('/internal/x')).rejects.toThrow(
    /none\.sock \(ENOENT\).*CONTROL_CENTER_INTERNAL_URL/,
  );
  const publicPort = await serve((_request, response) => response.writeHead(404).end('{}'));
  await expect(new ControlCenterClient(publicPort, keyring).get('/internal/x')).rejects.toThrow(
    /with 404\. That is not an internal port\..*CONTROL_CENTER_INTERNAL_URL/,
  );
});

it('does not accept an answer that is incomplete or late', async () => {
  const broken = await serve((_request, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('{"data":', () => response.destroy());
  });
  await expect(new ControlCenterClient(broken, keyring).get('/internal/x')).rejects.toMatchObject({
    code: 'control_center_unavailable',
  });
  const silent = await serve(() => undefined);
  await expect(new ControlCenterClient(silent, keyring, 50).get('/internal/x')).rejects.toMatchObject({
    code: 'control_center_unavailable',
  });
});
