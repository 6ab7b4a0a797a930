import { issueServiceToken, type Keyring } from '@provisioning/auth-token';
import { Failure } from '@provisioning/errors';

const PATIENCE_MS = 10_000;
const SERVICE = 'orchestrator';

/** Asks the control center what is for services alone, with a token of our own. */
export class ControlCenterClient {
  constructor(
    private readonly url: string,
    private readonly keyring: Keyring,
    private readonly patienceMs: number = PATIENCE_MS,
  ) {}

  /** @returns the `data` of its answer. @throws Failure `unavailable` for everything that is no success */
  post(path: string, body: unknown): Promise<unknown> {
    return this.#ask('POST', path, JSON.stringify(body));
  }

  /** @returns the `data` of its answer. @throws Failure `unavailable` for everything that is no success */
  get(path: string): Promise<unknown> {
    return this.#ask('GET', path);
  }

  async #ask(method: 'GET' | 'POST', path: string, body?: string): Promise<unknown> {
    let response: Response;
    try {
      response = await fetch(new URL(path, this.url), {
        method,
        headers: {
          authorization: `Bearer ${issueServiceToken(this.keyring, SERVICE)}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body }),
        redirect: 'error',
        signal: AbortSignal.timeout(this.patienceMs),
      });
      // Read to its end: a connection that breaks in the middle of an answer is no success.
      const text = await response.text();
      if (response.ok) return (JSON.parse(text) as { data: unknown }).data;
    } catch (cause) {
      throw unreachable(`The control center does not answer ${method} ${path}.`, cause);
    }
    throw unreachable(`The control center answered ${method} ${path} with ${response.status}.`);
  }
}

function unreachable(message: string, cause?: unknown): Failure {
  return new Failure('unavailable', message, { code: 'control_center_unavailable', cause });
}
