import type { Sample } from './samples.js';

const PATIENCE_MS = 30_000;

/** Sends requests and records how each of them went. */
export class LoadClient {
  readonly samples: Sample[] = [];
  readonly #began = performance.now();

  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  /** @returns the answer's `data`; undefined where the request failed, which the samples contain */
  async send(operation: string, method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> {
    const at = performance.now();
    let fault: string | undefined;
    let data: unknown;
    try {
      const response = await fetch(`${this.url}${path}`, {
        method,
        signal: AbortSignal.timeout(PATIENCE_MS),
        headers: {
          Authorization: `Bearer ${this.token}`,
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      // Safe cast: the contract has these members; a broken answer counts as a fault.
      const answer = (await response.json()) as { success: boolean; data?: unknown; code?: string };
      if (response.ok && answer.success) ({ data } = answer);
      else fault = `${response.status} ${answer.code ?? ''}`.trim();
    } catch (error) {
      fault = error instanceof Error ? `no answer (${error.name})` : 'no answer';
    }
    this.samples.push({ operation, at: at - this.#began, ms: performance.now() - at, fault });
    return data;
  }
}

/** @throws Error in a sentence when the control center does not take the password */
export async function signIn(controlCenterUrl: string, username: string, password: string): Promise<string> {
  const response = await fetch(`${controlCenterUrl}/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username, password }),
  });
  // Safe cast: the contract of the sign-in.
  const answer = (await response.json()) as { data?: { token: string }; error?: string };
  if (!answer.data) throw new Error(`Signing in failed: ${answer.error ?? response.status}`);
  return answer.data.token;
}
