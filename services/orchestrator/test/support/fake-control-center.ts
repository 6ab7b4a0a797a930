import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createKeyring, verifyServiceToken } from '@provisioning/auth-token';
import {
  appendAudit,
  getPolicyBundle,
  POLICY_FORMAT_PREFERENCE,
  getPrincipals,
  getRevocations,
  introspectToken,
  recordDecisions,
  type AuditEntry,
} from '@provisioning/contracts';
import { createInternalApp, on, reply } from '@provisioning/http-kit';
import { createRegistry, silentLogger } from '@provisioning/runtime';
import { FakeAccess } from './fake-access.js';

/** How it treats requests. `loses answers`: it stores the records, but its answers are lost. */
export type Mood = 'well' | 'loses answers' | 'fails';

/** The receiving side of the audit trail as senders see it: it stores each record once, by its event_id. */
export class FakeControlCenter {
  mood: Mood = 'well';
  readonly kept = new Map<string, AuditEntry>();
  /** The number of repeated records. */
  repeated = 0;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  /** The access data that it returns. */
  readonly access: FakeAccess;

  constructor(private readonly secret: string) {
    this.access = new FakeAccess(secret);
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get entries(): AuditEntry[] {
    return [...this.kept.values()];
  }

  /** On the same port as before. */
  async start(): Promise<void> {
    const keyring = createKeyring([this.secret]);
    const app = createInternalApp({
      operations: [
        appendAudit,
        getPolicyBundle,
        getPrincipals,
        getRevocations,
        introspectToken,
        recordDecisions,
      ],
      bindings: [
        on(appendAudit)(({ body }) => {
          if (this.mood === 'fails') throw new Error('the audit trail cannot be written');
          const before = this.kept.size;
          for (const entry of body.entries) {
            if (this.kept.has(entry.event_id)) this.repeated++;
            else this.kept.set(entry.event_id, entry);
          }
          if (this.mood === 'loses answers') for (const socket of this.#sockets) socket.destroy();
          return reply({ kept: this.kept.size - before });
        }),
        on(getPolicyBundle)(async ({ preferences }) =>
          reply(await this.access.policyBundle(Number(preferences.get(POLICY_FORMAT_PREFERENCE) ?? 1))),
        ),
        on(getRevocations)(async ({ query }) => reply(await this.access.revocations(query.after ?? 0))),
        on(getPrincipals)(async ({ body }) =>
          reply((await this.access.users(body.ids)).map((user) => ({ ...user, roles: [...user.roles] }))),
        ),
        on(introspectToken)(async ({ body }) => reply(await this.access.introspect(body.token_hash))),
        on(recordDecisions)(async ({ body }) => {
          await this.access.record(body.decisions);
          return reply({ kept: body.decisions.length });
        }),
      ],
      authenticateService: (token) => verifyServiceToken(keyring, token),
      limit: 0,
      registry: createRegistry(),
      log: silentLogger,
      checkAnswers: true,
    });
    const server = createServer(app);
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** At once: pending requests get no answer. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
