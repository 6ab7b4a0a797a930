import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { Failure, isFailure } from '@provisioning/errors';
import { currentContext, traceparentOf } from '@provisioning/runtime';
import type { Request, Response } from 'express';

const PATIENCE_MS = 35_000;
const BODY_LIMIT = 100 * 1024;
const MOST_CAPTURED = 64 * 1024;

/** What the control center needs to know of the request; everything else stays here, cookies above all. */
const REQUEST_HEADERS = [
  'accept',
  'content-type',
  'content-length',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'prefer',
  'user-agent',
];
const ANSWER_HEADERS = [
  'content-type',
  'content-length',
  'content-disposition',
  'etag',
  'idempotent-replayed',
  'link',
  'location',
  'ratelimit',
  'ratelimit-policy',
  'retry-after',
  'x-limit',
  'x-offset',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
  'x-request-id',
  'x-total-count',
];

interface Call {
  method: string;
  /** Path and query at the control center. */
  url: string;
  token?: string | undefined;
  /** Sent in place of the request's own body. */
  json?: unknown;
  bodyLimit?: number | undefined;
  accept?: string;
}

/** An answer that was taken in as a whole. `body` is undefined where it is no JSON. */
export interface CapturedAnswer {
  status: number;
  headers: IncomingMessage['headers'];
  body: unknown;
}

/** Passes calls of the console's pages on to the control center's public API, and its answers back. */
export class ControlCenterProxy {
  readonly #request: typeof httpRequest;
  readonly #agent: Agent;

  /**
   * @param url of the control center's public port
   * @param signAddress makes the value that proves to the control center which client calls
   */
  constructor(
    private readonly url: string,
    private readonly signAddress: (address: string) => string,
  ) {
    const isSecure = url.startsWith('https:');
    this.#request = isSecure ? httpsRequest : httpRequest;
    this.#agent = new (isSecure ? HttpsAgent : Agent)({ keepAlive: true });
  }

  /** Ends the connections that are kept open. */
  close(): void {
    this.#agent.destroy();
  }

  /** Answers `response` with what the control center answers, as it comes. @throws Failure `unavailable`, `too_large` */
  async relay(request: Request, response: Response, call: Call): Promise<void> {
    const answer = await this.#send(request, response, call);
    currentContext()?.patience?.lift();
    response.status(answer.statusCode ?? 502);
    copyHeaders(answer.headers, response);
    await pipeline(answer, response);
  }

  /** Takes the answer in. @throws Failure `unavailable`, `too_large` */
  async capture(request: Request, response: Response, call: Call): Promise<CapturedAnswer> {
    const answer = await this.#send(request, response, call);
    let text = '';
    answer.setEncoding('utf8');
    try {
      // Safe cast: the encoding of the answer is set.
      for await (const piece of answer as AsyncIterable<string>) {
        text += piece;
        if (text.length > MOST_CAPTURED) throw new Error('the answer is too long');
      }
    } catch (error) {
      throw unreachable(this.url, error);
    }
    return { status: answer.statusCode ?? 502, headers: answer.headers, body: parsed(text) };
  }

  #send(request: Request, response: Response, call: Call): Promise<IncomingMessage> {
    const limit = call.bodyLimit ?? BODY_LIMIT;
    if (Number(request.get('content-length') ?? 0) > limit) throw tooLarge(limit);
    const body = call.json === undefined ? undefined : JSON.stringify(call.json);
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    return new Promise((resolve, reject) => {
      const outgoing = this.#request(new URL(call.url, this.url), {
        agent: this.#agent,
        method: call.method,
        headers: this.#headersOf(request, call, body),
        signal: gone.signal,
        timeout: PATIENCE_MS,
      });
      outgoing.once('timeout', () => outgoing.destroy(new Error(`no answer within ${PATIENCE_MS / 1000} s`)));
      outgoing.once('response', resolve);
      outgoing.once('error', (error) => reject(isFailure(error) ? error : unreachable(this.url, error)));
      if (body !== undefined || request.method === 'GET') return outgoing.end(body);
      let size = 0;
      request.on('data', (piece: Buffer) => {
        size += piece.length;
        if (size > limit) outgoing.destroy(tooLarge(limit));
      });
      request.pipe(outgoing);
    });
  }

  #headersOf(request: Request, call: Call, body: string | undefined): Record<string, string> {
    const headers: Record<string, string> = {};
    for (const name of REQUEST_HEADERS) {
      const value = request.get(name);
      if (value !== undefined) headers[name] = value;
    }
    if (body !== undefined) {
      headers['content-type'] = 'application/json';
      headers['content-length'] = String(Buffer.byteLength(body));
    }
    if (call.accept !== undefined) headers['accept'] = call.accept;
    if (call.token !== undefined) headers['authorization'] = `Bearer ${call.token}`;
    const context = currentContext();
    if (context) {
      headers['x-request-id'] = context.requestId;
      headers['traceparent'] = traceparentOf(context);
    }
    headers['x-provisioning-client'] = this.signAddress(request.ip ?? '');
    return headers;
  }
}

/** Copies the headers that clients of the API know. Other headers of the control center are replaced by those of this service. */
export function copyHeaders(from: IncomingMessage['headers'], response: Response): void {
  for (const name of ANSWER_HEADERS) {
    const value = from[name];
    if (value !== undefined) response.setHeader(name, value);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unreachable(url: string, cause: unknown): Failure {
  // Safe cast: requests of node:http fail with such errors.
  const { code, message } = cause as NodeJS.ErrnoException;
  return new Failure(
    'unavailable',
    `The control center does not answer at ${url} (${code ?? message}). Reads still work. Sign-ins and changes of users, policies and tokens are refused until it answers again.`,
    { code: 'control_center_unavailable', cause },
  );
}

function tooLarge(limit: number): Failure {
  return new Failure('too_large', `The body must not be larger than ${Math.floor(limit / 1024)} KB.`);
}
