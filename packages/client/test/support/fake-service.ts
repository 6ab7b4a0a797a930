import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: unknown;
}
export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
  /** Cut the connection in place of an answer. */
  cut?: boolean;
  /** Never answer. */
  silent?: boolean;
}

/** An HTTP server with scripted responses that records the requests. */
export class FakeService {
  readonly received: Received[] = [];
  private constructor(
    readonly server: Server,
    readonly url: string,
  ) {}

  static async start(answer: (request: Received, nth: number) => Answer): Promise<FakeService> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const fake = new FakeService(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks).toString();
      const received: Received = {
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body: text === '' ? undefined : JSON.parse(text),
      };
      fake.received.push(received);
      const { status = 200, headers, body, cut, silent } = answer(received, fake.received.length);
      if (silent) return;
      if (cut) return void request.socket.destroy();
      response.writeHead(status, { 'Content-Type': 'application/json', Connection: 'close', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
    return fake;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

export const data = (value: unknown, headers?: Record<string, string>): Answer => ({
  body: { success: true, data: value },
  ...(headers ? { headers } : {}),
});

export const failure = (
  status: number,
  code: string,
  error: string,
  headers?: Record<string, string>,
): Answer => ({
  status,
  body: { success: false, error, code, request_id: 'req-1' },
  ...(headers ? { headers } : {}),
});
