import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';

/** Types of the messages of a client of Postgres (protocol 3.0) that ask for something. */
const QUERY = 'Q'.charCodeAt(0);
const EXECUTE = 'E'.charCodeAt(0);
const SYNC = 'S'.charCodeAt(0);
/** The first message of a connection has no type: a length of four bytes and its content. */
const HEADER_BYTES = 5;

/** What a database has executed. */
export interface StatementCounts {
  /** Statements that were executed. */
  statements: number;
  /** Round trips: a client waits for the answer of each. */
  messages: number;
}

/** Stands between clients and a Postgres server, and counts what the clients send. Without TLS. */
export class StatementCounter {
  readonly #sockets = new Set<Socket>();
  readonly #counts: StatementCounts = { statements: 0, messages: 0 };

  private constructor(
    /** The connection string by which clients are counted. */
    readonly url: string,
    private readonly server: ReturnType<typeof createServer>,
  ) {}

  /** @param url of the server itself */
  static async start(url: string): Promise<StatementCounter> {
    const target = new URL(url);
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const counted = new URL(url);
    counted.hostname = '127.0.0.1';
    // Safe cast: it listens on a TCP port.
    counted.port = String((server.address() as AddressInfo).port);
    const counter = new StatementCounter(counted.href, server);
    server.on('connection', (client) => counter.#relay(client, target));
    return counter;
  }

  /** Counts so far. */
  read(): StatementCounts {
    return { ...this.#counts };
  }

  async stop(): Promise<void> {
    this.server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.server, 'close');
  }

  #relay(client: Socket, { hostname, port }: URL): void {
    const server = connect(Number(port), hostname);
    const count = messageReader((type) => {
      if (type === QUERY || type === EXECUTE) this.#counts.statements += 1;
      if (type === QUERY || type === SYNC) this.#counts.messages += 1;
    });
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => other.destroy());
      socket.once('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    client.on('data', count);
    client.pipe(server);
    server.pipe(client);
  }
}

/** @returns what takes the bytes of one client in order, and reports the type of each message */
export function messageReader(onMessage: (type: number) => void): (bytes: Buffer) => void {
  let isStarted = false;
  let header = Buffer.alloc(0);
  let skip = 0;
  return (bytes) => {
    for (let at = 0; at < bytes.length;) {
      if (skip > 0) {
        const step = Math.min(skip, bytes.length - at);
        skip -= step;
        at += step;
        continue;
      }
      const wanted = (isStarted ? HEADER_BYTES : HEADER_BYTES - 1) - header.length;
      const piece = bytes.subarray(at, at + wanted);
      header = Buffer.concat([header, piece]);
      at += piece.length;
      if (piece.length < wanted) return;
      // The length counts itself, but not the type.
      skip = header.readUInt32BE(isStarted ? 1 : 0) - 4;
      if (isStarted) onMessage(header[0]!);
      isStarted = true;
      header = Buffer.alloc(0);
    }
  };
}
