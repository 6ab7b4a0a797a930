import { Failure } from '@provisioning/errors';

/** A task as the orchestrator shows it; only what the sample looks at. */
export interface Task {
  id: string;
  name: string;
  status: 'Pending' | 'Running' | 'Completed' | 'Failed' | 'Cancelled';
  created_at: string;
  started_at: string | null;
  completed_at: string | null;
  output: string | null;
  error: string | null;
}

export interface ApiUrls {
  orchestrator: string;
  controlCenter: string;
}

/** The public API, signed in: what the sample needs of it. */
export class Api {
  readonly #urls: ApiUrls;
  readonly #signal: AbortSignal;
  #token = '';

  constructor(urls: ApiUrls, signal: AbortSignal) {
    this.#urls = urls;
    this.#signal = signal;
  }

  /** @throws Failure with the API's own sentence, e.g. for a wrong password. */
  async signIn(username: string, password: string): Promise<void> {
    const data = await this.#call<{ token: string }>(this.#urls.controlCenter, '/auth/login', {
      username,
      password,
    });
    this.#token = data.token;
  }

  createServers(body: {
    infra: string;
    settings: string;
    check_mode: boolean;
    wait: boolean;
  }): Promise<string> {
    return this.#call<string>(this.#urls.orchestrator, '/workflows/servers/create', body);
  }

  task(id: string): Promise<Task> {
    return this.#call<Task>(this.#urls.orchestrator, `/tasks/${encodeURIComponent(id)}`);
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
    const answer = (await response.json().catch(() => null)) as {
      success?: boolean;
      data?: T;
      error?: string;
    } | null;
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
