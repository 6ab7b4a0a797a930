import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import type { UpcloudConfig } from './config.js';
import { explainAnswer } from './explain-answer.js';
import type { Pace } from './pace.js';
import { UpcloudError } from './upcloud-error.js';

/** A request to UpCloud's API. */
export interface Call<S extends TSchema = TSchema> {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The path after the version, with its query. */
  path: string;
  body?: unknown;
  /** The shape of a successful answer. */
  answer: S;
  /** The action in messages, as in "UpCloud did not …": `create server web-01`. */
  act: string;
  /** Whether the request can safely be sent twice. */
  repeatable: boolean;
  /** Aborts reads, and waits between repetitions. Changes are always awaited. */
  signal?: AbortSignal | undefined;
  answerMs?: number;
}

// For the whole process: it may wait for hundreds of servers at once.
const REQUESTS_AT_ONCE = 16;

// A request that was never sent was not acted on.
const NOT_SENT = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'],
]);

/** The HTTP client of UpCloud: repeats what can be repeated, and has plain error messages. */
export class UpcloudClient {
  readonly #limit = pLimit(REQUESTS_AT_ONCE);

  constructor(
    private readonly config: Pick<UpcloudConfig, 'authorization' | 'baseUrl'>,
    private readonly pace: Pace,
  ) {}

  /** @throws UpcloudError */
  async request<S extends TSchema>(call: Call<S>): Promise<Static<S>> {
    const deadline = Date.now() + this.pace.repeatMs;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#limit(() => {
          call.signal?.throwIfAborted();
          return this.#once(call);
        });
      } catch (error) {
        if (!(error instanceof UpcloudError) || !mayRepeat(error, call)) throw error;
        const waitMs = Math.max(this.#backoffMs(attempt), error.retryAfterMs ?? 0);
        if (attempt >= this.pace.attempts || Date.now() + waitMs > deadline) throw error;
        await sleep(waitMs, undefined, call.signal ? { signal: call.signal } : {});
      }
    }
  }

  async #once<S extends TSchema>(call: Call<S>): Promise<Static<S>> {
    const { response, text } = await this.#exchange(call);
    const { status, headers } = response;
    const body = parsed(text);
    if (!response.ok) {
      throw explainAnswer(call.act, { status, body, retryAfterMs: retryAfterMs(headers.get('retry-after')) });
    }
    if (Value.Check(call.answer, body)) return body;
    throw new UpcloudError(
      `UpCloud answered the request to ${call.act} with status ${status} and an unexpected body. ` +
        'Run the command again; completed steps are not repeated.',
      { again: 'unsure', status },
    );
  }

  async #exchange(call: Call): Promise<{ response: Response; text: string }> {
    const { method, path, body, act, signal, answerMs = this.pace.answerMs } = call;
    const { authorization, baseUrl } = this.config;
    const tooLong = AbortSignal.timeout(answerMs);
    try {
      const response = await fetch(`${baseUrl}${path}`, {
        method,
        // The credentials are only for UpCloud: redirects are not followed.
        redirect: 'manual',
        headers: {
          Authorization: authorization,
          Accept: 'application/json',
          'User-Agent': 'provisioning',
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: signal && method === 'GET' ? AbortSignal.any([signal, tooLong]) : tooLong,
      });
      return { response, text: await response.text() };
    } catch (error) {
      if (method === 'GET') signal?.throwIfAborted();
      const code = tooLong.aborted ? `no answer within ${answerMs / 1000} seconds` : codeOf(error);
      throw new UpcloudError(
        `UpCloud (${new URL(baseUrl).host}) did not ${act}, or its answer was lost: ${code}. ` +
          'Check the network and run the command again; completed steps are not repeated.',
        { again: NOT_SENT.has(code) ? 'safe' : 'unsure', cause: error },
      );
    }
  }

  #backoffMs(attempt: number): number {
    const longest = Math.min(this.pace.maxBackoffMs, this.pace.backoffMs * 2 ** (attempt - 1));
    // Half of the wait is random, so that refused requests are not all repeated at the same time.
    return (longest * (1 + Math.random())) / 2;
  }
}

function mayRepeat({ again }: UpcloudError, { repeatable }: Call): boolean {
  return again === 'safe' || (again === 'unsure' && repeatable);
}

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Seconds or a date (RFC 9110). */
function retryAfterMs(header: string | null): number | null {
  if (!header) return null;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}

/** fetch reports the reason of a failure in nested causes. */
function codeOf(error: unknown): string {
  // Safe cast: fetch fails with errors.
  const { cause } = error as { cause?: unknown };
  // Safe cast: the types of both members are checked below.
  const { code, message } = (cause ?? error) as { code?: unknown; message?: unknown };
  if (typeof code === 'string' && code !== '') return code;
  return typeof message === 'string' ? message : 'the connection failed';
}
