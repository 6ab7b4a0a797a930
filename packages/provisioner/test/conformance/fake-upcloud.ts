import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FakeAccount, Refusal } from './fake-upcloud-account.js';

/** What happens to requests instead of an answer, or after they were performed. */
interface Trouble {
  method?: string;
  path?: RegExp;
  times: number;
  how:
    /** The connection ends: before the request is performed, or after. */
    | 'cut before'
    | 'cut after'
    /** It is performed, and the answer is not valid. */
    | 'garbled'
    /** No answer ever arrives. */
    | 'silence'
    | { status: number; body?: string; headers?: Record<string, string> };
}

export interface Request {
  method: string;
  /** With its query. */
  path: string;
  body: unknown;
}

/**
 * UpCloud's REST API 1.3 as far as the driver uses it, on a loopback port. It answers as recorded answers and the
 * vendor's clients show. Never compared with UpCloud itself.
 */
export class FakeUpcloud {
  static readonly user = 'somebody';
  static readonly password = 'the-secret-password';
  static readonly token = 'ucat_the-secret-token';

  account = new FakeAccount();
  requests: Request[] = [];
  readonly #troubles: Trouble[] = [];

  private constructor(
    private readonly server: Server,
    readonly baseUrl: string,
  ) {}

  static async start(): Promise<FakeUpcloud> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const fake = new FakeUpcloud(server, `http://127.0.0.1:${port}`);
    server.on('request', (request, response) => void fake.#handle(request, response));
    return fake;
  }

  get env(): Record<string, string> {
    return { UPCLOUD_TOKEN: FakeUpcloud.token, UPCLOUD_DEBUG_API_BASE_URL: this.baseUrl };
  }

  /** Causes faults of the next matching requests. */
  trouble(trouble: Omit<Trouble, 'times'> & { times?: number }): void {
    this.#troubles.push({ times: 1, ...trouble });
  }

  /** The requests, as `METHOD /path` without ids. */
  asked(method?: string): string[] {
    return this.requests
      .filter((request) => !method || request.method === method)
      .map(({ method: how, path }) => `${how} ${path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, ':id')}`);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const { pathname, searchParams } = new URL(request.url ?? '/', this.baseUrl);
    const method = request.method ?? '';
    const path = pathname.replace(/^\/1\.3/, '').replace(/(.)\/$/, '$1');
    this.requests.push({ method, path: (request.url ?? '').replace(/^\/1\.3/, ''), body });
    const trouble = this.#troubleWith(method, path);
    if (trouble?.how === 'silence') return;
    if (trouble?.how === 'cut before') return void request.socket.destroy();
    if (typeof trouble?.how === 'object') {
      response.writeHead(trouble.how.status, trouble.how.headers ?? {}).end(trouble.how.body ?? '');
      return;
    }
    let answer: [status: number, body?: unknown];
    try {
      authenticate(request.headers.authorization);
      answer = this.account.handle(method, path, searchParams, body);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status, code, message } = error;
      answer = [status, { error: { error_code: code, error_message: message } }];
    }
    if (trouble?.how === 'cut after') return void request.socket.destroy();
    const [status, content] = answer;
    // A wrong login is reported with the media type of the newer errors, in the form of the older ones.
    const type = status === 401 ? 'application/problem+json' : 'application/json; charset=UTF-8';
    if (trouble?.how === 'garbled') response.writeHead(status, { 'Content-Type': type }).end('{"server": {');
    else if (content === undefined) response.writeHead(status).end();
    else response.writeHead(status, { 'Content-Type': type }).end(JSON.stringify(content));
  }

  #troubleWith(method: string, path: string): Trouble | undefined {
    const trouble = this.#troubles.find(
      (one) =>
        one.times > 0 &&
        (one.method === undefined || one.method === method) &&
        (one.path?.test(path) ?? true),
    );
    if (trouble) trouble.times--;
    return trouble;
  }
}

function authenticate(header: string | undefined): void {
  const basic = Buffer.from(`${FakeUpcloud.user}:${FakeUpcloud.password}`).toString('base64');
  if (header === `Bearer ${FakeUpcloud.token}` || header === `Basic ${basic}`) return;
  throw header
    ? new Refusal(
        401,
        'AUTHENTICATION_FAILED',
        'Authentication failed using the given username and password.',
      )
    : new Refusal(401, 'AUTHENTICATION_REQUIRED', 'The use of this API requires authentication.');
}
