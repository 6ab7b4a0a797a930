import { createKeyring, issueServiceToken, issueToken } from '@provisioning/auth-token';
import { v7 as uuidv7 } from 'uuid';
import { call, dataOf, type Answer } from '../support/call.js';
import type { RunningPlatform } from '../support/running-platform.js';
import type { Belongings } from './requests.js';
import { CALLERS, type Caller } from './matrix.js';

const PASSWORD = 'quartz-meadow-lantern-7';

/** All callers, signed in as far as possible. */
export class Callers {
  readonly #bearers = new Map<Caller, string | undefined>();
  belongings: Belongings | undefined;
  /** The token of a session that is used only for a refresh. */
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
    // Of a user of its own: a caller ends its other sessions.
    await this.#createUser(admin, 'spare', 'viewer');
    this.spare = await this.signIn('spare', PASSWORD);
    await this.#ownThings(admin);

    const disabled = users.get('disabled')!;
    await dataOf(this.control('PUT', `/users/${disabled}`, admin, { enabled: false }));
    await dataOf(this.control('POST', '/auth/logout', this.bearer('revoked')));
    const keyring = createKeyring([this.jwtSecret]);
    const subject = {
      userId: users.get('viewer')!,
      username: 'viewer',
      roles: ['viewer'],
      sessionId: uuidv7(),
    };
    this.#bearers.set('expired', issueToken(keyring, subject, 60, new Date(Date.now() - 600_000)).token);
    this.#bearers.set('service', issueServiceToken(keyring, 'orchestrator'));
    this.#bearers.set('anonymous', undefined);
    this.#bearers.set('admin', admin);
    const missing = CALLERS.filter((caller) => !this.#bearers.has(caller));
    if (missing.length > 0) throw new Error(`no caller is prepared as ${missing.join(', ')}`);
  }

  bearer(caller: Caller): string | undefined {
    return this.#bearers.get(caller);
  }

  /** A token of a service lasts a minute. */
  renewService(): void {
    this.#bearers.set('service', issueServiceToken(createKeyring([this.jwtSecret]), 'orchestrator'));
  }

  async signIn(username: string, password: string): Promise<string> {
    return (
      await dataOf<{ token: string }>(this.control('POST', '/auth/login', undefined, { username, password }))
    ).token;
  }

  control(method: string, path: string, bearer?: string, body?: unknown): Promise<Answer> {
    return call(`${this.platform.controlCenterUrl}${path}`, { method, bearer, body });
  }

  orchestrator(method: string, path: string, bearer?: string, body?: unknown): Promise<Answer> {
    return call(`${this.platform.orchestratorUrl}${path}`, { method, bearer, body });
  }

  async #createUser(admin: string, username: string, role: string): Promise<string> {
    const request = { username, email: `${username}@example.com`, password: PASSWORD, roles: [role] };
    return (await dataOf<{ id: string }>(this.control('POST', '/users', admin, request))).id;
  }

  /** The objects that the stranger requests: the admin's own. */
  async #ownThings(admin: string): Promise<void> {
    const users = (await this.control('GET', '/users', admin)).body.data as {
      id: string;
      username: string;
    }[];
    const sessions = await dataOf<{ id: string }[]>(this.control('GET', '/auth/sessions', admin));
    const token = await dataOf<{ id: string }>(
      this.control('POST', '/tokens', admin, {
        name: 'the admin’s own',
        roles: ['admin'],
        expires_at: new Date(Date.now() + 3_600_000).toISOString(),
      }),
    );
    this.belongings = {
      userId: users.find(({ username }) => username === 'admin')!.id,
      sessionId: sessions[0]!.id,
      tokenId: token.id,
    };
  }
}
