import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Received {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** The public port of a control center, as the console's gateway sees it. */
export class FakePublicApi {
  /** In the order of their arrival. */
  readonly received: Received[] = [];
  /** Answers the next requests; default: an empty success. */
  answer: (request: Received, response: ServerResponse) => void = (_request, response) => {
    response.setHeader('Content-Type', 'application/json');
    response.end('{"success":true,"data":[]}');
  };
  readonly #server = createServer((request, response) => void this.#take(request, response));

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const piece of request) body += String(piece);
    const { method = '', url = '', headers } = request;
    const received = { method, url, headers, body };
    this.received.push(received);
    this.answer(received, response);
  }
}
