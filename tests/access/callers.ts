import { createKeyring, issueServiceToken, issueToken } from '@provisioning/auth-token';
import { v7 as uuidv7 } from 'uuid';
import type { RunningPlatform } from '../support/running-platform.js';
import type { Belongings } from './requests.js';
import { CALLERS, type Caller } from './matrix.js';

const PASSWORD = 'quartz-meadow-lantern-7';

interface Envelope {
  success: boolean;
  data?: unknown;
  code?: string;
}

export interface Answer {
  status: number;
  body: Envelope;
}

/** Everybody who calls, signed in as far as they can be. */
export class Callers {
  readonly #bearers = new Map<Caller, string | undefined>();
  belongings: Belongings | undefined;
  /** Of a session that is there to be refreshed. */
  spare = '';

  constructor(
    private readonly platform: RunningPlatform,
    private readonly jwtSecret: string,
  ) {}

  async prepare(): Promise<void> {
    const admin = await this.signIn('admin', this.platform.adminPassword);
    const users = new Map<string, string>();
    for (const name of ['viewer', 'operator', 'auditor', 'stranger', 'disabled', 'revoked']) {
      const role = ['viewer', 'operator', 'auditor'].includes(name) ? name : 'viewer';
      users.set(name, await this.#createUser(admin, name, role));
      this.#bearers.set(name as Caller, await this.signIn(name, PASSWORD));
    }
    this.spare = await this.signIn('viewer', PASSWORD);
    await this.#ownThings(admin);

    const disabled = users.get('disabled')!;
    await this.#must(this.control('PUT', `/users/${disabled}`, admin, { enabled: false }));
    await this.#must(this.control('POST', '/auth/logout', this.bearer('revoked')));
    const keyring = createKeyring([this.jwtSecret]);
    const subject = {
      userId: users.get('viewer')!,
      username: 'viewer',
      roles: ['viewer'],
      sessionId: uuidv7(),
    };
    this.#bearers.set('expired', issueToken(keyring, subject, 60, new Date(Date.now() - 600_000)).token);
    this.#bearers.set('service', issueServiceToken(keyring, 'orchestrator'));
    this.#bearers.set('nobody', undefined);
    this.#bearers.set('admin', admin);
    const missing = CALLERS.filter((caller) => !this.#bearers.has(caller));
    if (missing.length > 0) throw new Error(`nobody is prepared to be ${missing.join(', ')}`);
  }

  bearer(caller: Caller): string | undefined {
    return this.#bearers.get(caller);
  }

  /** A token of a service lasts a minute. */
  renewService(): void {
    this.#bearers.set('service', issueServiceToken(createKeyring([this.jwtSecret]), 'orchestrator'));
  }

  async signIn(username: string, password: string): Promise<string> {
    const { body } = await this.#must(this.control('POST', '/auth/login', undefined, { username, password }));
    return (body.data as { token: string }).token;
  }

  control(method: string, path: string, bearer?: string, body?: unknown): Promise<Answer> {
    return call(this.platform.controlCenterUrl, method, path, bearer, body);
  }

  orchestrator(method: string, path: string, bearer?: string, body?: unknown): Promise<Answer> {
    return call(this.platform.orchestratorUrl, method, path, bearer, body);
  }

  async #createUser(admin: string, username: string, role: string): Promise<string> {
    const request = { username, email: `${username}@example.com`, password: PASSWORD, roles: [role] };
    const { body } = await this.#must(this.control('POST', '/users', admin, request));
    return (body.data as { id: string }).id;
  }

  /** What the stranger will ask for: the admin's own. */
  async #ownThings(admin: string): Promise<void> {
    const users = (await this.control('GET', '/users', admin)).body.data as {
      id: string;
      username: string;
    }[];
    const sessions = (await this.control('GET', '/auth/sessions', admin)).body.data as { id: string }[];
    const token = await this.#must(
      this.control('POST', '/tokens', admin, {
        name: 'the admin’s own',
        roles: ['admin'],
        expires_at: new Date(Date.now() + 3_600_000).toISOString(),
      }),
    );
    this.belongings = {
      userId: users.find(({ username }) => username === 'admin')!.id,
      sessionId: sessions[0]!.id,
      tokenId: (token.body.data as { id: string }).id,
    };
  }

  async #must(answer: Promise<Answer>): Promise<Answer> {
    const { status, body } = await answer;
    if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`);
    return { status, body };
  }
}

async function call(
  base: string,
  method: string,
  path: string,
  bearer: string | undefined,
  body: unknown,
): Promise<Answer> {
  const response = await fetch(`${base}${path}`, {
    method: method.toUpperCase(),
    headers: {
      Connection: 'close',
      ...(bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    // Events come without an end.
    signal: AbortSignal.timeout(20_000),
  });
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  if (!isJson) await response.body?.cancel();
  return {
    status: response.status,
    body: isJson ? ((await response.json()) as Envelope) : { success: response.ok },
  };
}
