import { Failure } from '@provisioning/errors';

type Status = 'Pending' | 'Running' | 'Completed' | 'Failed' | 'Cancelled' | 'RollingBack' | 'RolledBack';

/** A batch as the orchestrator shows it, reduced to what the sample reads. */
export interface Batch {
  batch_id: string;
  status: Status;
  /** Percent. */
  progress: number;
  error: string | null;
  operations: Operation[];
}

/** An operation of a batch as the orchestrator shows it. */
export interface Operation {
  id: string;
  status: Status;
  current_step: string | null;
  started_at: string | null;
  completed_at: string | null;
  error: string | null;
  results: { message?: string; output?: string | null } | null;
}

/** Base URLs of both services. */
export interface ApiUrls {
  orchestrator: string;
  controlCenter: string;
}

/** The operations of the public API that the sample needs, signed in. */
export class Api {
  readonly #urls: ApiUrls;
  readonly #signal: AbortSignal;
  #token = '';

  constructor(urls: ApiUrls, signal: AbortSignal) {
    this.#urls = urls;
    this.#signal = signal;
  }

  /** @throws Failure with the API's own message, e.g. for a wrong password. */
  async signIn(username: string, password: string): Promise<void> {
    const data = await this.#call<{ token: string }>(this.#urls.controlCenter, '/auth/login', {
      username,
      password,
    });
    this.#token = data.token;
  }

  /** @returns the id of the batch */
  async executeBatch(body: object): Promise<string> {
    const submitted = await this.#call<{ batch_id: string }>(this.#urls.orchestrator, '/batch/execute', body);
    return submitted.batch_id;
  }

  async createCheckpoint(body: object): Promise<void> {
    await this.#call<string>(this.#urls.orchestrator, '/rollback/checkpoints', body);
  }

  batch(id: string): Promise<Batch> {
    return this.#call<Batch>(this.#urls.orchestrator, `/batch/operations/${encodeURIComponent(id)}`);
  }

  async #call<T>(base: string, path: string, body?: object): Promise<T> {
    const response = await fetch(`${base}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        Accept: 'application/vnd.provisioning.v1+json',
        ...(body && { 'Content-Type': 'application/json' }),
        ...(this.#token !== '' && { Authorization: `Bearer ${this.#token}` }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.any([this.#signal, AbortSignal.timeout(30_000)]),
    });
    // Safe cast: an answer of the contract, or of another program; members are checked below.
    const answer = (await response.json().catch(() => null)) as {
      success?: boolean;
      data?: T;
      error?: string;
    } | null;
    // Safe cast: the contract of the operation defines this answer.
    if (response.ok && answer?.success === true) return answer.data as T;
    const sentence = answer?.error ?? 'its answer was no JSON';
    throw new Failure(kindOf(response.status), `${path} answered ${response.status}: ${sentence}`, {
      retryAfter: Number(response.headers.get('Retry-After')) || 1,
    });
  }
}

function kindOf(status: number): 'rate_limited' | 'unavailable' | 'invalid' {
  return status === 429 ? 'rate_limited' : status >= 500 ? 'unavailable' : 'invalid';
}
