import { errorOfAnswer, ProvisioningError } from './error.js';
import type { TokenProvider } from './options.js';
import { backoff, pause } from './pause.js';

/** What the requests of a client share. Times are in seconds. */
export interface Connection {
  token: TokenProvider;
  fetch: typeof fetch;
  headers: Record<string, string>;
  timeout: number;
  retries: number;
  baseDelay: number;
  maxDelay: number;
}

/** Options of one call. */
export interface CallOptions {
  signal?: AbortSignal;
  /** Timeout of one attempt in seconds. */
  timeout?: number;
  /** Replaces the generated Idempotency-Key. */
  idempotencyKey?: string;
  headers?: Record<string, string>;
}

/** One HTTP request. */
export interface Request extends CallOptions {
  method: string;
  url: string;
  body?: unknown;
  /** Whether the operation supports `Idempotency-Key`. */
  idempotent?: boolean;
}

const VENDOR_TYPE = 'application/vnd.provisioning.v1+json';
const UNAVAILABLE = [502, 503, 504];

/** Reads a successful response. If it throws, the response counts as incomplete. */
export type Receive<Received> = (response: Response) => Promise<Received>;

/** A complete response with its parsed JSON body; undefined if the body is not JSON. */
export interface Answer {
  response: Response;
  body: unknown;
}

/** Reads the whole body. @throws if the connection or the JSON ends prematurely */
export async function receiveWhole(response: Response): Promise<Answer> {
  const text = await response.text();
  try {
    return { response, body: JSON.parse(text) as unknown };
  } catch (error) {
    // A proxy may truncate a body and still frame it correctly.
    if (text.trimStart().startsWith('{')) throw error;
    return { response, body: undefined };
  }
}

/** Leaves the body to the caller as a stream. The request is not retried if the stream breaks. */
export async function receiveHead(response: Response): Promise<Response> {
  return response;
}

/** Sends a request, retries it if that is safe, and reads the successful response. @throws ProvisioningError */
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

/** A request that was rejected with 429 was not executed. After other failures only a repeatable request is retried. */
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
      // Following a redirect would send the token to another host.
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

/** Describes a missing or incomplete response. `seconds` is the timeout, if it was reached. */
function lossSentence(
  host: string,
  error: unknown,
  { seconds, hasBegun, isChange }: { seconds: number | undefined; hasBegun: boolean; isChange: boolean },
): string {
  const outcome = isChange ? ' The request may have been executed.' : '';
  if (hasBegun) {
    return seconds === undefined
      ? `${host} closed the connection during its response.${outcome}`
      : `${host} did not complete its response within ${seconds} s.${outcome}`;
  }
  if (seconds !== undefined) return `${host} did not respond within ${seconds} s.${outcome}`;
  const code = codeOf(error);
  if (LOST.has(code)) return `${host} closed the connection without a response.${outcome}`;
  return `${host} is not reachable: ${REASONS[code] ?? `the request failed (${code})`}.`;
}

/** Error codes of Node.js and its `fetch` for a connection that was closed after it was established. */
const LOST = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);
/** Error codes for a connection that was not established. */
const REASONS: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused',
  ENOTFOUND: 'the host name does not exist',
  EAI_AGAIN: 'the host name could not be resolved',
  ETIMEDOUT: 'the connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'the connection timed out',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the host',
};

/** The error code: `fetch` wraps the actual error in `cause`. */
function codeOf(error: unknown): string {
  // Safe cast: fetch fails with errors; the type of the code is checked below.
  const { code } = (error as { cause?: { code?: unknown } }).cause ?? {};
  return typeof code === 'string' ? code : 'unknown reason';
}
