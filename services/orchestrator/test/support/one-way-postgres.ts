import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface OneWayPostgres {
  url: string;
  /** From this call on, the client receives nothing from Postgres. */
  muteAfter(words: string): void;
  close(): Promise<void>;
}

/**
 * A proxy in front of Postgres that can drop all answers, so that clients do not learn that their statements were run.
 */
export async function oneWayPostgres(url: string): Promise<OneWayPostgres> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let last: string | undefined;
  let muted = false;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port || 5432), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (piece: Buffer) => {
      if (last !== undefined && piece.includes(last)) muted = true;
      upstream.write(piece);
    });
    upstream.on('data', (piece: Buffer) => {
      if (!muted) client.write(piece);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const here = new URL(url);
  here.hostname = '127.0.0.1';
  here.port = String((server.address() as AddressInfo).port);
  return {
    url: here.toString(),
    muteAfter: (words) => {
      last = words;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
