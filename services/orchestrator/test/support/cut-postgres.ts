import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface CutPostgres {
  url: string;
  close(): Promise<void>;
}

/**
 * A proxy in front of Postgres that drops every connection after a number of statements, and accepts none from then on. The
 * last statement was run, and its client does not learn it: what a process leaves that is killed at this place.
 * @param statements all connections together; the start of a connection does not count
 */
export async function cutPostgres(url: string, statements: number): Promise<CutPostgres> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let left = statements;
  const server = createServer((client) => {
    if (left <= 0) return void client.destroy();
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
    const ends = countEnds();
    let started = false;
    client.on('data', (piece: Buffer) => upstream.write(piece));
    upstream.on('data', (piece: Buffer) => {
      let ended = ends(piece);
      if (!started && ended > 0) {
        started = true;
        ended -= 1;
      }
      left -= ended;
      if (left > 0) return void client.write(piece);
      for (const socket of sockets) socket.destroy();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const here = new URL(url);
  here.hostname = '127.0.0.1';
  here.port = String((server.address() as AddressInfo).port);
  return {
    url: here.toString(),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const READY_FOR_QUERY = 'Z'.charCodeAt(0);
const HEADER = 5;

/** Returns a function that counts the messages ReadyForQuery in the pieces of a connection: each ends a statement. */
function countEnds(): (piece: Buffer) => number {
  let rest = Buffer.alloc(0);
  return (piece) => {
    rest = Buffer.concat([rest, piece]);
    let ends = 0;
    // A message is its type, and its length without the type.
    while (rest.length >= HEADER && rest.length > rest.readUInt32BE(1)) {
      if (rest[0] === READY_FOR_QUERY) ends += 1;
      rest = rest.subarray(rest.readUInt32BE(1) + 1);
    }
    return ends;
  };
}
