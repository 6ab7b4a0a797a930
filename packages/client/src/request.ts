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

/** Sends a request, again where that is safe, and answers with what came back when it is a success. */
export async function send(connection: Connection, request: Request): Promise<Response> {
  const repeatable = request.method !== 'POST' || request.idempotent === true;
  const idempotencyKey =
    request.idempotencyKey ?? (request.idempotent ? globalThis.crypto.randomUUID() : undefined);
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await sendOnce(connection, request, idempotencyKey);
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

async function sendOnce(
  connection: Connection,
  request: Request,
  idempotencyKey: string | undefined,
): Promise<Response> {
  const { method, url, body, signal } = request;
  signal?.throwIfAborted();
  const token = await connection.token();
  const seconds = request.timeout ?? connection.timeout;
  const limit = AbortSignal.timeout(seconds * 1000);
  let response: Response;
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
  } catch (error) {
    signal?.throwIfAborted();
    const host = new URL(url).host;
    if (limit.aborted) {
      throw new ProvisioningError(`${host} did not answer within ${seconds} s.`, {
        status: 0,
        code: 'timeout',
        cause: error,
      });
    }
    throw new ProvisioningError(`${host} can't be reached: ${reasonOf(error)}.`, {
      status: 0,
      code: 'network_error',
      cause: error,
    });
  }
  if (response.ok) return response;
  throw errorOfAnswer(response, await response.json().catch(() => undefined));
}

/** `fetch failed` says nothing: what it wraps does. */
function reasonOf(error: unknown): string {
  const cause = (error as { cause?: { code?: string; message?: string } }).cause;
  return cause?.code ?? cause?.message ?? (error as Error).message;
}
