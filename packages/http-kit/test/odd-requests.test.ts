import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startHttpServer, type HttpServer } from '@provisioning/runtime';
import { recordingApp } from './support/recording-app.js';

let http: HttpServer;
beforeAll(async () => {
  const { app } = recordingApp('control-center');
  http = await startHttpServer(app, { host: '127.0.0.1', port: 0, portVariable: 'PORT' });
});
afterAll(() => http.close());

/**
 * Sends bytes unchanged.
 * @returns everything received until the connection is closed.
 */
async function raw(text: string): Promise<string> {
  const socket = connect(Number(new URL(http.url).port), '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  socket.on('error', () => undefined);
  socket.write(Buffer.from(text, 'latin1'));
  // The rest of its body never comes.
  if (text.includes(CUT_OFF)) socket.end();
  await once(socket, 'close');
  return answer;
}

const CUT_OFF = 'Content-Length: 3';
const HEADERS = 'Host: x\r\nConnection: close\r\nAuthorization: Bearer ann\r\n';
const STYLE = '/docs/assets/swagger-ui.css';

const TARGETS = [
  'http://',
  'http://[::1/users',
  '//evil/users',
  '/users\xff',
  '*',
  '?x',
  '/%',
  '/%00',
  '/docs/%00',
  '/docs/assets/%00',
  '/docs/assets/%ff',
  '/docs/assets/..%2f..%2fpackage.json',
  '/users/%ff',
  '/users/%E0%A4%A',
  '/users/%00',
  'users',
  `/${'%41'.repeat(4_000)}`,
  '/openapi.json?%zz',
  '/docs?%ff',
  '/metrics?%ff',
  '/users?%',
  '/audit/logs?action=%00',
];

const HEADER_LINES = [
  'Range: bytes=99999999-',
  'Range: bytes=5-1',
  'Range: x',
  'If-Match: "x"',
  'If-None-Match: \xff',
  'If-Unmodified-Since: Mon, 01 Jan 1990 00:00:00 GMT',
  'If-Modified-Since: x',
  'Accept: \xff',
  'Accept: a/b;q=\xff, */*;;',
  `Accept: ${'a/b,'.repeat(3_000)}`,
  'Accept-Encoding: \xff;q=x',
  'X-Forwarded-For: \xff,,,',
  'traceparent: 00-\xff',
  'Prefer: \xff',
  'Cookie: \xff',
  'Expect: 100-continue',
  'Expect: x',
  'Upgrade: h2c',
  'Transfer-Encoding: gzip',
  'Content-Length: -1',
  'Content-Length: 5\r\nContent-Length: 6',
  'Origin: \xff',
  `X-Long: ${'a'.repeat(20_000)}`,
];

const JSON_TYPE = 'Content-Type: application/json\r\n';
const BODIES: [headers: string, body: string][] = [
  [`${JSON_TYPE}Transfer-Encoding: chunked`, '5\r\n{"a":\r\n0\r\n\r\n'],
  [`${JSON_TYPE}Transfer-Encoding: chunked`, 'zz\r\n'],
  [`${JSON_TYPE}Content-Length: 3`, '{}'],
  [`${JSON_TYPE}Content-Length: 1e3`, '{}'],
  [`${JSON_TYPE}Content-Type: text/html\r\nContent-Length: 2`, '{}'],
  [`${JSON_TYPE}Content-Encoding: gzip\r\nContent-Length: 0`, ''],
  [`${JSON_TYPE}Content-Encoding: gzip\r\nContent-Length: 2`, '{}'],
  [`${JSON_TYPE}Content-Encoding: br\r\nContent-Length: 2`, '{}'],
  [`${JSON_TYPE}Content-Encoding: deflate\r\nContent-Length: 2`, '{}'],
  [`${JSON_TYPE}Content-Encoding: zstd\r\nContent-Length: 2`, '{}'],
  [`${JSON_TYPE}Content-Encoding: \xff\r\nContent-Length: 2`, '{}'],
  ['Content-Type: \xff\r\nContent-Length: 2', '{}'],
  ['Content-Type: application/json;;;=\r\nContent-Length: 2', '{}'],
  ['Content-Length: 2', '{}'],
];

it.each([
  ...TARGETS.map((target) => `GET ${target} HTTP/1.1\r\n${HEADERS}\r\n`),
  ...HEADER_LINES.flatMap((line) =>
    ['/users', STYLE].map((path) => `GET ${path} HTTP/1.1\r\n${HEADERS}${line}\r\n\r\n`),
  ),
  ...BODIES.map(([headers, body]) => `POST /policies HTTP/1.1\r\n${HEADERS}${headers}\r\n\r\n${body}`),
  ...['TRACE', 'FOO', 'PROPFIND'].map((method) => `${method} /users HTTP/1.1\r\n${HEADERS}\r\n`),
])('%j is answered, and it is no fault of the service', async (request) => {
  const answer = await raw(request);
  const status = Number(answer.slice(9, 12));
  // A body that is cut off gets no answer.
  if (answer !== '') expect([status, status >= 100 && status < 500]).toEqual([status, true]);
  else expect(request).toContain(CUT_OFF);
  expect(answer).not.toMatch(/<html|node_modules/i);
});
