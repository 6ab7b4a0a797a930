import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { controlCenterOperations, orchestratorOperations, type AnyOperation } from '@provisioning/contracts';
import { Compile } from 'typebox/schema';

export interface Received {
  operation: string;
  query: URLSearchParams;
  body: unknown;
  accept: string;
}
interface Text {
  type: string;
  text: string;
}

/** A list, of which a page is answered as the query asks. */
export class Listed {
  constructor(
    private readonly items: readonly Record<string, unknown>[],
    private readonly member = 'id',
  ) {}

  page(query: URLSearchParams): { items: readonly unknown[]; headers: Record<string, string> } {
    const limit = Number(query.get('limit') ?? 50);
    const after = query.get('after');
    const start = after === null ? 0 : this.items.findIndex((item) => item[this.member] === after) + 1;
    const headers = { 'X-Total-Count': String(this.items.length), 'X-Limit': String(limit) };
    return { items: this.items.slice(start, start + limit), headers };
  }
}

/** An answer that is a refusal. */
export class Refusal {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly error: string,
  ) {}
}

const OPERATIONS = [...orchestratorOperations, ...controlCenterOperations];

/**
 * Both services at one address, as the contract describes them. A request that the contract does not allow is refused, and
 * an answer that it does not allow fails the test.
 */
export class FakePlatform {
  readonly received: Received[] = [];
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(answers: Record<string, unknown>): Promise<FakePlatform> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const fake = new FakePlatform(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks).toString();
      const body: unknown = text === '' ? undefined : JSON.parse(text);
      const { pathname, searchParams: query } = new URL(request.url ?? '', fake.url);
      const operation = operationOf(request.method ?? '', pathname);
      const say = (status: number, type: string, content: string, more: Record<string, string> = {}) => {
        response.writeHead(status, {
          'Content-Type': type,
          Connection: 'close',
          'X-Request-Id': 'req-1',
          ...more,
        });
        response.end(content);
      };
      const refuse = (status: number, code: string, error: string) =>
        say(status, 'application/json', JSON.stringify({ success: false, error, code, request_id: 'req-1' }));
      if (operation === undefined || !(operation.id in answers)) {
        return refuse(501, 'not_implemented', 'This operation is not built.');
      }
      fake.received.push({
        operation: operation.id,
        query,
        body,
        accept: String(request.headers.accept),
      });
      if (operation.body && body !== undefined && !Compile(operation.body).Check(body)) {
        return refuse(422, 'invalid_body', `The body is none of ${operation.id}.`);
      }
      const given = answers[operation.id];
      const page = given instanceof Listed ? given.page(query) : undefined;
      const answer: unknown =
        page?.items ?? (typeof given === 'function' ? (given as (body: unknown) => unknown)(body) : given);
      if (answer instanceof Refusal) return refuse(answer.status, answer.code, answer.error);
      if (isText(answer)) return say(200, answer.type, answer.text);
      const [fits, faults] = Compile(operation.success.data).Errors(answer);
      if (!fits) return refuse(500, 'test_fault', `${operation.id}: ${JSON.stringify(faults)}`);
      const envelope = JSON.stringify({ success: true, data: answer });
      say(operation.success.status, 'application/json', envelope, page?.headers);
    });
    return fake;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

const isText = (answer: unknown): answer is Text =>
  typeof answer === 'object' && answer !== null && 'text' in answer && 'type' in answer;

function operationOf(method: string, path: string): AnyOperation | undefined {
  return OPERATIONS.find(
    (operation) =>
      operation.method.toUpperCase() === method &&
      new RegExp(`^${operation.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(path),
  );
}
