import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { checkSignature } from './aws-signature.js';
import { parseQuery, toXml } from './ec2-query.js';
import { FakeRegion, Refusal } from './fake-ec2-account.js';

/** What happens to requests instead of an answer, or after they were performed. */
interface Trouble {
  action?: RegExp;
  region?: string;
  times: number;
  how:
    /** The connection ends: before the request is performed, or after. */
    | 'cut before'
    | 'cut after'
    /** No answer ever arrives. */
    | 'silence'
    | { status: number; code: string; message?: string };
}

export interface Request {
  region: string;
  action: string;
  form: URLSearchParams;
}

/** The service names in signatures, by the prefix of `X-Amz-Target`. */
const SIGNED_FOR: Readonly<Record<string, string>> = {
  ec2: 'ec2',
  AmazonSSM: 'ssm',
  ServiceQuotasV20190624: 'servicequotas',
};

interface JsonRequest {
  Name?: string;
  QuotaCode?: string;
}

/**
 * EC2's Query API, Parameter Store and Service Quotas as far as the driver uses them, on a loopback port. It answers as
 * AWS's documentation describes. Never compared with AWS itself.
 */
export class FakeEc2 {
  static readonly accessKeyId = 'AKIAIOSFODNN7EXAMPLE';
  static readonly secretAccessKey = 'the-secret/access+key';

  readonly requests: Request[] = [];
  /** The session token of a temporary key. */
  sessionToken: string | undefined;
  readonly #regions = new Map<string, FakeRegion>();
  readonly #troubles: Trouble[] = [];

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<FakeEc2> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const fake = new FakeEc2(server, `http://127.0.0.1:${port}`);
    server.on('request', (request, response) => void fake.#handle(request, response));
    return fake;
  }

  get env(): Record<string, string> {
    return {
      AWS_ACCESS_KEY_ID: FakeEc2.accessKeyId,
      AWS_SECRET_ACCESS_KEY: FakeEc2.secretAccessKey,
      ...(this.sessionToken ? { AWS_SESSION_TOKEN: this.sessionToken } : {}),
      AWS_REGION: 'eu-central-1',
      AWS_ENDPOINT_URL: this.url,
    };
  }

  region(name = 'eu-central-1'): FakeRegion {
    const region = this.#regions.get(name) ?? new FakeRegion(name);
    this.#regions.set(name, region);
    return region;
  }

  /** Causes faults of the next matching requests. */
  trouble(trouble: Omit<Trouble, 'times'> & { times?: number }): void {
    this.#troubles.push({ times: 1, ...trouble });
  }

  /** The requested actions in order, without those that only read. */
  acts(): string[] {
    return this.requests.map(({ action }) => action).filter((action) => !/^(Describe|Get)/.test(action));
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { method = '', url = '', headers } = request;
    const { accessKeyId, secretAccessKey } = FakeEc2;
    const { sessionToken } = this;
    const signature = checkSignature(
      { method, url, headers, body },
      { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) },
    );
    const target = headers['x-amz-target'];
    const isJson = typeof target === 'string';
    const form = new URLSearchParams(isJson ? '' : body.toString());
    const [service = '', action = ''] = isJson ? target.split('.') : ['ec2', form.get('Action') ?? ''];
    const refuse = ({ status, code, message }: Pick<Refusal, 'status' | 'code' | 'message'>) =>
      isJson
        ? json(response, status, { __type: code, message })
        : xml(response, status, 'Response', {
            Errors: [{ Code: code, Message: message }],
            RequestID: 'the-request',
          });
    if (typeof signature === 'string') {
      return refuse({
        status: 401,
        code: signature,
        message: 'AWS was not able to validate the credentials',
      });
    }
    const { region } = signature;
    this.requests.push({ region, action, form });
    const trouble = this.#troubleWith(action, region);
    if (trouble?.how === 'silence') return;
    if (trouble?.how === 'cut before') return void request.socket.destroy();
    if (typeof trouble?.how === 'object') return refuse({ message: 'Trouble.', ...trouble.how });
    try {
      if (SIGNED_FOR[service] !== signature.service)
        throw new Refusal(400, 'SignatureDoesNotMatch', 'Wrong service');
      if (isJson) {
        const answer = this.#answerJson(service, region, JSON.parse(body.toString()));
        if (trouble?.how === 'cut after') return void request.socket.destroy();
        return json(response, 200, answer);
      }
      const answer = this.region(region).handle(action, parseQuery(form));
      if (trouble?.how === 'cut after') return void request.socket.destroy();
      xml(response, 200, `${action}Response`, answer);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refuse(error);
    }
  }

  #answerJson(service: string, region: string, { Name = '', QuotaCode = '' }: JsonRequest) {
    return service === 'AmazonSSM'
      ? { Parameter: { Name, Type: 'String', Value: this.region(region).parameter(Name) } }
      : { Quota: { ServiceCode: 'ec2', QuotaCode, Value: this.region(region).quota(QuotaCode) } };
  }

  #troubleWith(action: string, region: string): Trouble | undefined {
    const trouble = this.#troubles.find(
      (one) =>
        one.times > 0 &&
        (one.action?.test(action) ?? true) &&
        (one.region === undefined || one.region === region),
    );
    if (trouble) trouble.times--;
    return trouble;
  }
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
}

function xml(
  response: ServerResponse,
  status: number,
  name: string,
  answer: Parameters<typeof toXml>[1],
): void {
  const text = toXml(name, answer)
    .replace('<Errors><item>', '<Errors><Error>')
    .replace('</item></Errors>', '</Error></Errors>');
  response
    .writeHead(status, { 'Content-Type': 'text/xml;charset=UTF-8' })
    .end(`<?xml version="1.0" encoding="UTF-8"?>\n${text}`);
}
