import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A proxy in front of a server that makes the server look unreachable, frozen or healthy. */
export interface Relay {
  /** The server's URL with the relay's address. */
  url: string;
  /** Connections are accepted, and nothing passes: a stopped server, or a network that drops everything. */
  freeze(): void;
  /** Connections end, and no new one is accepted. */
  refuse(): Promise<void>;
  /** Everything passes, including data held back while it was frozen. */
  mend(): Promise<void>;
  close(): Promise<void>;
}

/** Returns a {@link Relay} on a free port, to the server of this URL; everything passes at first. */
export async function startRelay(target: string): Promise<Relay> {
  const { hostname, port } = new URL(target);
  const pairs = new Set<{ client: Socket; upstream: Socket }>();
  let frozen = false;
  const server = createServer((client) => {
    const pair = { client, upstream: connect(Number(port), hostname) };
    pairs.add(pair);
    const { upstream } = pair;
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('error', () => undefined);
      from.on('data', (piece: Buffer) => void to.write(piece));
      from.on('close', () => {
        pairs.delete(pair);
        to.destroy();
      });
      if (frozen) from.pause();
    }
  });
  const listen = async (at: number) => once(server.listen(at, '127.0.0.1'), 'listening');
  await listen(0);
  const at = (server.address() as AddressInfo).port;
  const close = async () => {
    for (const { client } of pairs) client.destroy();
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    await closed;
  };
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String(at);
  return {
    url: url.toString(),
    freeze: () => {
      frozen = true;
      for (const { client, upstream } of pairs) [client, upstream].forEach((socket) => socket.pause());
    },
    refuse: close,
    mend: async () => {
      frozen = false;
      for (const { client, upstream } of pairs) [client, upstream].forEach((socket) => socket.resume());
      if (!server.listening) await listen(at);
    },
    close,
  };
}
