import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP server that sends the given bytes and then closes the connection, even if the answer is incomplete. */
export class CuttingServer {
  /** The heads of the requests. */
  readonly received: string[] = [];
  private readonly sockets = new Set<Socket>();
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  /** @param answer what to send to the nth request, from 1 on */
  static async start(answer: (nth: number) => string): Promise<CuttingServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const cutting = new CuttingServer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('connection', (socket) => {
      let request = '';
      cutting.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => {
        request += bytes.toString();
        if (!isWhole(request)) return;
        cutting.received.push(request.slice(0, request.indexOf('\r\n\r\n')));
        request = '';
        socket.end(answer(cutting.received.length));
      });
    });
    return cutting;
  }

  stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

function isWhole(request: string): boolean {
  const end = request.indexOf('\r\n\r\n');
  const length = Number(/^content-length: (\d+)/im.exec(request)?.[1] ?? 0);
  return end >= 0 && request.length >= end + 4 + length;
}

const head = (framing: string) => `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n${framing}\r\n\r\n`;

/** How an answer can end too early. */
export const CUTS: Record<string, (body: string) => string> = {
  'before the length that was promised': (body) =>
    head(`Content-Length: ${Buffer.byteLength(body)}`) + body.slice(0, -5),
  'before its first byte': (body) => head(`Content-Length: ${Buffer.byteLength(body)}`),
  'in the middle of a chunk': (body) =>
    `${head('Transfer-Encoding: chunked')}${body.length.toString(16)}\r\n${body.slice(0, -5)}`,
  'before its last chunk': (body) => `${head('Transfer-Encoding: chunked')}5\r\n${body.slice(0, 5)}\r\n`,
  'in its JSON, framed as if it were whole': (body) =>
    head(`Content-Length: ${Buffer.byteLength(body) - 5}\r\nConnection: close`) + body.slice(0, -5),
};

export const whole = (body: string) =>
  `${head(`Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close`)}${body}`;
