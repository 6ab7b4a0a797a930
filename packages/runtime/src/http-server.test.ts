import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startHttpServer, type HttpServer, type HttpTimeouts } from './http-server.js';

let http: HttpServer | undefined;
afterEach(() => http?.close());

async function start(timeouts?: HttpTimeouts): Promise<{ targets: string[]; open: () => Socket }> {
  const targets: string[] = [];
  http = await startHttpServer(
    (request, response) => {
      targets.push(request.url ?? '');
      request.resume().on('end', () => response.end('done'));
    },
    { host: '127.0.0.1', port: 0, portVariable: 'PORT', ...(timeouts && { timeouts }) },
  );
  const port = Number(new URL(http.url).port);
  // Half open, as a client that never closes its side.
  return { targets, open: () => connect({ port, host: '127.0.0.1', allowHalfOpen: true }) };
}

/** The received data until the other side closes the connection. */
async function answerOf(socket: Socket): Promise<string> {
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  socket.on('error', () => undefined);
  await once(socket, 'end');
  socket.destroy();
  return answer;
}

describe('a slow client', () => {
  // The other limit is far away, so that the intended one ends the connection.
  it.each([
    ['its headers', { headers: 50, request: 60_000, check: 20 }, 'GET / HTTP/1.1\r\nHost: x\r\n'],
    [
      'its body',
      { headers: 50, request: 300, check: 20 },
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc',
    ],
  ])('for %s is answered 408, and its connection is closed', async (_what, timeouts, text) => {
    const { open } = await start(timeouts);
    const closed = once(http!.server, 'connection').then(([server]: Socket[]) => once(server!, 'close'));
    const socket = open();
    socket.write(text);
    // Data arrives all the time, so that the connection is never idle.
    const drip = setInterval(() => socket.write('a'), 10);
    const answer = await answerOf(socket);
    clearInterval(drip);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('"code":"malformed"');
    await closed;
  });

  it('has 10 s for its headers and 30 s for the whole request, and is detected a second later', async () => {
    await start();
    expect(http!.server).toMatchObject({ headersTimeout: 10_000, requestTimeout: 30_000 });
  });
});

describe('an idle connection', () => {
  it('is kept for 75 s, longer than load balancers keep theirs', async () => {
    await start();
    expect(http!.server.keepAliveTimeout).toBe(75_000);
  });

  it('serves the next request after the limit for headers has passed', async () => {
    const { targets, open } = await start({ headers: 50, request: 60_000, check: 20 });
    const idle = open();
    let answers = '';
    idle.on('data', (chunk: Buffer) => (answers += chunk.toString()));
    idle.write('GET /first HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(idle, 'data');
    // A slow client that connects now is closed by the limit: it has passed for the idle connection, too.
    const slow = open();
    slow.write('GET / HTTP/1.1\r\nHost: x\r\n');
    expect(await answerOf(slow)).toMatch(/^HTTP\/1\.1 408 /);
    idle.write('GET /second HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    await once(idle, 'end');
    idle.destroy();
    expect(answers.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
    expect(targets).toEqual(['/first', '/second']);
  });
});

describe('a request target', () => {
  it.each([
    ['/a?b', '/a?b'],
    ['http://x/a?b', '/a?b'],
    ['HTTPS://x:1/a', '/a'],
    ['http://x', '/'],
    ['http://x?b', '/?b'],
    ['http://[::1/a', '/a'],
  ])('%s asks for %s', async (target, url) => {
    const { targets, open } = await start();
    const socket = open();
    socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(await answerOf(socket)).toMatch(/^HTTP\/1\.1 200 /);
    expect(targets).toEqual([url]);
  });

  it.each(['http://', 'ftp://x/a'])('%s is refused', async (target) => {
    const { targets, open } = await start();
    const socket = open();
    socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(await answerOf(socket)).toMatch(/^HTTP\/1\.1 400 /);
    expect(targets).toEqual([]);
  });
});
