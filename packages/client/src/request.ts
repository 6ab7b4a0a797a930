import { errorOfAnswer, ProvisioningError } from './error.js';
import type { TokenProvider } from './options.js';
import { backoff, pause } from './pause.js';

/** What all requests of a client have in common. */
export interface Connection {
  token: TokenProvider;
  fetch: typeof fetch;
  headers: Record<string, string>;
  timeout: number;
  retries: number;
  baseDelay: number;
  maxDelay: number;
}

export interface CallOptions {
  signal?: AbortSignal;
  /** Seconds that one try may take. */
  timeout?: number;
  /** In place of the one that is made for you. */
  idempotencyKey?: string;
  headers?: Record<string, string>;
}

export interface Request extends CallOptions {
  method: string;
  url: string;
  body?: unknown;
  /** Whether the service honours `Idempotency-Key` here. */
  idempotent?: boolean;
}

const VENDOR_TYPE = 'application/vnd.provisioning.v1+json';
const UNAVAILABLE = [502, 503, 504];

/** How a successful answer is taken in. What it throws counts as an answer that was cut off. */
export type Receive<Received> = (response: Response) => Promise<Received>;

/** An answer that came whole, with its body as parsed JSON; undefined where the body is something else. */
export interface Answer {
  response: Response;
  body: unknown;
}

/** Reads the whole body. @throws where the connection ends before the body does, or the JSON before its end */
export async function receiveWhole(response: Response): Promise<Answer> {
  const text = await response.text();
  try {
    return { response, body: JSON.parse(text) as unknown };
  } catch (error) {
    // A proxy may cut an answer short and still frame it correctly.
    if (text.trimStart().startsWith('{')) throw error;
    return { response, body: undefined };
  }
}

/** Leaves the body to be read piece by piece: where it is cut off later, nothing is sent again. */
export async function receiveHead(response: Response): Promise<Response> {
  return response;
}

/** Sends a request, again where that is safe, and receives the answer when it is a success. */
export async function send<Received>(
  connection: Connection,
  request: Request,
  receive: Receive<Received>,
): Promise<Received> {
  const repeatable = request.method !== 'POST' || request.idempotent === true;
  const idempotencyKey =
    request.idempotencyKey ?? (request.idempotent ? globalThis.crypto.randomUUID() : undefined);
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await sendOnce(connection, request, idempotencyKey, receive);
    } catch (error) {
      if (!(error instanceof ProvisioningError) || attempt >= connection.retries) throw error;
      if (!mayRetry(error, repeatable, connection.maxDelay)) throw error;
      const delay = Math.max(error.retryAfter ?? 0, backoff(attempt, connection));
      await pause(delay, request.signal);
    }
  }
}

/** 429 was refused before anything was done. After anything else only what may be done twice is sent again. */
function mayRetry({ status, code, retryAfter }: ProvisioningError, repeatable: boolean, maxDelay: number) {
  if ((retryAfter ?? 0) > maxDelay) return false;
  if (status === 429) return true;
  return repeatable && (code === 'network_error' || code === 'timeout' || UNAVAILABLE.includes(status));
}

async function sendOnce<Received>(
  connection: Connection,
  request: Request,
  idempotencyKey: string | undefined,
  receive: Receive<Received>,
): Promise<Received> {
  const { method, url, body, signal } = request;
  signal?.throwIfAborted();
  const token = await connection.token();
  const seconds = request.timeout ?? connection.timeout;
  const limit = AbortSignal.timeout(seconds * 1000);
  let response: Response | undefined;
  try {
    response = await connection.fetch(url, {
      method,
      headers: {
        Accept: VENDOR_TYPE,
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey }),
        ...connection.headers,
        ...request.headers,
      },
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      // A redirect would carry the token to wherever it leads.
      redirect: 'error',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (response.ok) return await receive(response);
  } catch (error) {
    signal?.throwIfAborted();
    const isLate = limit.aborted;
    throw new ProvisioningError(
      lossSentence(new URL(url).host, error, {
        seconds: isLate ? seconds : undefined,
        hasBegun: response !== undefined,
        isChange: method !== 'GET',
      }),
      { status: 0, code: isLate ? 'timeout' : 'network_error', cause: error },
    );
  }
  throw errorOfAnswer(response, await response.json().catch(() => undefined));
}

/** What became of an answer that did not come whole. `seconds`: the time limit, where it was reached. */
function lossSentence(
  host: string,
  error: unknown,
  { seconds, hasBegun, isChange }: { seconds: number | undefined; hasBegun: boolean; isChange: boolean },
): string {
  const outcome = isChange ? ' The request may have been carried out.' : '';
  if (hasBegun) {
    return seconds === undefined
      ? `${host} broke off in the middle of its answer.${outcome}`
      : `${host} did not send its whole answer within ${seconds} s.${outcome}`;
  }
  if (seconds !== undefined) return `${host} did not answer within ${seconds} s.${outcome}`;
  const code = codeOf(error);
  if (LOST.has(code)) return `${host} closed the connection without an answer.${outcome}`;
  return `${host} can't be reached: ${REASONS[code] ?? `the request failed (${code})`}.`;
}

/** The connection ended after it was made, by the codes of Node.js and of its `fetch`. */
const LOST = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);
/** There is no connection. */
const REASONS: Record<string, string> = {
  ECONNREFUSED: 'it refused the connection',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name could not be looked up',
  ETIMEDOUT: 'the connection could not be made in time',
  UND_ERR_CONNECT_TIMEOUT: 'the connection could not be made in time',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
};

/** The message of `fetch` is about itself; what it wraps carries a code. */
function codeOf(error: unknown): string {
  const { code } = (error as { cause?: { code?: unknown } }).cause ?? {};
  return typeof code === 'string' ? code : 'no reason was given';
}
