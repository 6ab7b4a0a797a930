import { connect } from 'node:net';
import type { Load, LoadResult } from './load-client.js';

/**
 * The client of the HTTP benchmarks, a separate process: several kept connections, each with one request at a time. Bare
 * sockets with a minimal HTTP parser cost the same for every contender.
 */
process.on('message', (load: Load) => {
  void run(load).then((result) => process.send!(result));
});

async function run(load: Load): Promise<LoadResult> {
  const times: number[] = [];
  const unexpected: string[] = [];
  let next = 0;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: load.connections }, () =>
      converse(
        load.url,
        () => {
          const index = next++;
          return index < load.requests ? requestOf(load, index) : undefined;
        },
        (answer, milliseconds) => {
          times.push(milliseconds);
          if (!answer.startsWith('HTTP/1.1 200 ')) unexpected.push(answer.slice(0, 2_000));
        },
      ),
    ),
  );
  const seconds = (performance.now() - start) / 1000;
  return { perSecond: load.requests / seconds, times, unexpected: unexpected.slice(0, 1) };
}

function requestOf({ url, token, method, path, body }: Load, index: number): string {
  const head = [`${method} ${path} HTTP/1.1`, `Host: ${new URL(url).host}`, `Authorization: Bearer ${token}`];
  if (body === undefined) return `${head.join('\r\n')}\r\n\r\n`;
  const text = body.replace('{n}', String(index));
  return `${[...head, 'Content-Type: application/json', `Content-Length: ${text.length}`].join('\r\n')}\r\n\r\n${text}`;
}

/** One connection: sends the requests of `ask` one after the other until there are none. */
function converse(
  url: string,
  ask: () => string | undefined,
  told: (answer: string, milliseconds: number) => void,
): Promise<void> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    let sentAt = 0;
    let received = '';
    const send = () => {
      const request = ask();
      if (request === undefined) return socket.end();
      sentAt = performance.now();
      return socket.write(request);
    };
    socket.setEncoding('latin1');
    socket.on('connect', send);
    socket.on('data', (chunk: string) => {
      received += chunk;
      const head = received.indexOf('\r\n\r\n');
      if (head < 0 || received.length < head + 4 + lengthOf(received.slice(0, head))) return;
      told(received, performance.now() - sentAt);
      received = '';
      send();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve());
  });
}

function lengthOf(head: string): number {
  return Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
}
