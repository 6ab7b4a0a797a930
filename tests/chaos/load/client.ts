import { createKeyring, issueToken } from '@provisioning/auth-token';
import { randomUUID } from 'node:crypto';

const ANSWER_WITHIN_MS = 8_000;

export interface Answer {
  /** 0 without an answer. */
  status: number;
  data: unknown;
}

/** An operator who sends requests to a random API process. */
export class Client {
  readonly #token: string;

  constructor(jwtSecret: string) {
    const user = { userId: randomUUID(), username: 'chaos', roles: ['operator'], sessionId: randomUUID() };
    this.#token = issueToken(createKeyring([jwtSecret]), user, 24 * 3600).token;
  }

  async call(
    base: string | undefined,
    path: string,
    { method, body, key }: { method?: 'POST'; body?: unknown; key?: string } = {},
  ): Promise<Answer> {
    if (base === undefined) return { status: 0, data: undefined };
    try {
      const response = await fetch(`${base}${path}`, {
        method: method ?? (body === undefined ? 'GET' : 'POST'),
        headers: {
          Authorization: `Bearer ${this.#token}`,
          // No connection of a killed process is kept.
          Connection: 'close',
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...(key === undefined ? {} : { 'Idempotency-Key': key }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
      const { data } = (await response.json()) as { data?: unknown };
      return { status: response.status, data };
    } catch {
      return { status: 0, data: undefined };
    }
  }
}
