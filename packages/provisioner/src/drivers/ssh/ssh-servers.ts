import type { DesiredServer } from '../../settings/settings.js';
import {
  DriverError,
  type ActContext,
  type Collection,
  type RecallOptions,
  type Sighting,
  type Silence,
} from '../driver.js';
import type { Change, Server } from '../resource.js';
import { passing, type Claims } from './claims.js';
import { serverOn } from './host-record.js';
import { unfitness } from './suitable-hosts.js';
import { claimsIn, serversIn, type View } from './views.js';

const MAX_RACES = 10;

/** Removes everything that is installed on a server. */
type Clear = (server: Server, context: ActContext) => Promise<Change[]>;

/** Servers are existing hosts: a creation claims a host, a destruction releases it. */
export class SshServers implements Collection<'server'> {
  constructor(
    private readonly claims: Claims,
    private readonly clear: Clear,
  ) {}

  async list(infra: string): Promise<Server[]> {
    return serversIn(await this.claims.view(infra), infra);
  }

  async survey(infra: string): Promise<Sighting<'server'>> {
    const view = await this.claims.look(infra);
    return { found: await serversIn(view, infra), silent: silentIn(view) };
  }

  async read(infra: string, name: string): Promise<Server | null> {
    const claim = await this.claims.find(infra, name);
    return claim ? serverOn(claim) : null;
  }

  /** The existing servers that were made under a key. */
  async recall(infra: string, key: string, { onSilence }: RecallOptions = {}): Promise<Change[]> {
    const view = await (onSilence ? this.claims.look(infra) : this.claims.view(infra));
    if (onSilence) silentIn(view).forEach(onSilence);
    const ids = claimsIn(view, infra)
      .filter(({ record }) => record.key === key)
      .map(({ record }) => record.server.id);
    return (await serversIn(view, infra))
      .filter(({ id }) => ids.includes(id))
      .map((after) => ({ kind: 'server', action: 'created', before: null, after }));
  }

  async create(desired: DesiredServer, context: ActContext): Promise<{ resource: Server; made: boolean }> {
    const claim = await this.claims.claim(desired, context);
    return { resource: await serverOn(claim), made: claim.record.key === context.idempotencyKey };
  }

  async change(before: Server, desired: DesiredServer, context: ActContext): Promise<Server> {
    for (let race = 0; race < MAX_RACES; race++) {
      context.signal?.throwIfAborted();
      const claim = await this.claims.find(before.infra, before.name, context.signal);
      if (claim?.record.server.id !== before.id) throw gone(before);
      const { host, record } = claim;
      const why = unfitness(desired, host);
      if (why !== null) {
        throw new DriverError(
          `Server ${before.name} cannot be changed as requested: its host ${host.shown} ${why}. Destroy the server and ` +
            'create it on another host, or correct the file that PROVISIONING_SSH_HOSTS names.',
          { permanent: true },
        );
      }
      const server = { ...record.server, ...desired, changed_at: new Date().toISOString() };
      const next = { ...record, server };
      if (await this.claims.replace(claim, next, context.signal)) return serverOn({ ...claim, record: next });
    }
    throw contended(before);
  }

  async destroy(existing: Server, context: ActContext): Promise<Change[]> {
    const { infra, name, id } = existing;
    const went: Change[] = [];
    let trouble: DriverError | undefined;
    for (let race = 0; race < MAX_RACES; race++) {
      context.signal?.throwIfAborted();
      const claim = await this.claims.find(infra, name, context.signal);
      const gone: Change = { kind: 'server', action: 'destroyed', before: existing, after: null };
      // The act whose answer was lost was done.
      if (claim?.record.server.id !== id) return trouble ? [...went, gone] : [];
      const server = await serverOn(claim);
      went.push(...(await this.clear(server, context)));
      try {
        if (await this.claims.replace(claim, null, context.signal))
          return [...went, { ...gone, before: server }];
      } catch (error) {
        trouble = passing(error, trouble, context.signal);
      }
    }
    throw contended(existing);
  }
}

/** A host without a reservation may be any server. */
function silentIn({ failures }: View): Silence[] {
  return failures.map(({ host, error }) => ({ server: host.name, reason: error.message }));
}

/** The server of that id no longer exists. */
export function gone({ name }: Server): DriverError {
  return new DriverError(
    `Server ${name} was destroyed or replaced by another process in the meantime. Run the command again.`,
  );
}

function contended({ name }: Server): DriverError {
  return new DriverError(`Server ${name} is being changed repeatedly by other processes. Try again later.`);
}
