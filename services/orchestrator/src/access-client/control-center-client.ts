import { Agent, request as httpRequest, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { issueServiceToken, type Keyring } from '@provisioning/auth-token';
import { Failure, isFailure, codeOf } from '@provisioning/errors';
import { currentContext } from '@provisioning/runtime';

const PATIENCE_MS = 10_000;
const SERVICE = 'orchestrator';

interface Answer {
  status: number;
  text: string;
}

/** Calls the internal operations of the control center, with a service token. */
export class ControlCenterClient {
  readonly #target: RequestOptions;
  readonly #request: typeof httpRequest;

  /** @param url of the control center's internal port, `http://host:port` or `unix:/path` */
  constructor(
    private readonly url: string,
    private readonly keyring: Keyring,
    private readonly patienceMs: number = PATIENCE_MS,
  ) {
    const { protocol, hostname, port, pathname } = new URL(url);
    const isSecure = protocol === 'https:';
    this.#request = isSecure ? httpsRequest : httpRequest;
    this.#target = {
      agent: new (isSecure ? HttpsAgent : Agent)({ keepAlive: true }),
      ...(protocol === 'unix:'
        ? { socketPath: decodeURIComponent(pathname) }
        : { host: hostname.replace(/^\[|\]$/g, ''), ...(port === '' ? {} : { port }) }),
    };
  }

  /**
   * @returns `data` of the answer
   * @throws Failure `conflict` for 409, with its text; `unavailable` for every other failure
   */
  post(path: string, body: unknown): Promise<unknown> {
    return this.postText(path, JSON.stringify(body));
  }

  /** Like `post`, with a body that is JSON text already. */
  postText(path: string, body: string): Promise<unknown> {
    return this.#ask('POST', path, body);
  }

  /** @returns `data` of the answer. @throws Failure `unavailable` for every failure */
  get(path: string, headers?: Record<string, string>): Promise<unknown> {
    return this.#ask('GET', path, undefined, headers);
  }

  async #ask(
    method: 'GET' | 'POST',
    path: string,
    body?: string,
    headers: Record<string, string> = {},
  ): Promise<unknown> {
    let answer: Answer;
    try {
      answer = await this.#send(method, path, body, headers);
      if (answer.status >= 200 && answer.status < 300)
        // Safe cast: the contract wraps every answer of success.
        return (JSON.parse(answer.text) as { data: unknown }).data;
      if (answer.status === 409)
        // Safe cast: the contract has this body for every refusal.
        throw new Failure('conflict', (JSON.parse(answer.text) as { error: string }).error);
    } catch (cause) {
      if (isFailure(cause)) throw cause;
      const code = codeOf(cause);
      throw unreachable(
        `The control center does not answer ${method} ${path} at ${this.url}${code ? ` (${code})` : ''}. ${HINT}`,
        cause,
      );
    }
    const { status } = answer;
    throw unreachable(
      `${this.url} answered ${method} ${path} with ${status}.${status === 404 ? ` That is not an internal port. ${HINT}` : ''}`,
    );
  }

  /** Ends at the deadline of the request on whose behalf it calls, if there is one. */
  #send(
    method: string,
    path: string,
    body: string | undefined,
    headers: Record<string, string>,
  ): Promise<Answer> {
    const patience = currentContext()?.patience;
    const answer = this.#exchange(method, path, body, headers);
    return patience ? patience.waitFor(answer) : answer;
  }

  #exchange(
    method: string,
    path: string,
    body: string | undefined,
    headers: Record<string, string>,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = this.#request({
        ...this.#target,
        method,
        path,
        signal: AbortSignal.timeout(this.patienceMs),
        headers: {
          ...headers,
          authorization: `Bearer ${issueServiceToken(this.keyring, SERVICE)}`,
          ...(body === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
        },
      });
      request.on('error', reject);
      request.on('response', (response) => {
        // Read to its end: a connection that breaks in the middle of an answer is a failure.
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      });
      request.end(body);
    });
  }
}

const HINT =
  'See that it runs, and that CONTROL_CENTER_INTERNAL_URL is the address of its INTERNAL_PORT (on the same machine, ' +
  'without INTERNAL_PORT, that CONTROL_CENTER_URL is its public address).';

function unreachable(message: string, cause?: unknown): Failure {
  return new Failure('unavailable', message, { code: 'control_center_unavailable', cause });
}
