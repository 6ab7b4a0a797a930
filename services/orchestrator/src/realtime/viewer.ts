import type { Principal } from '@provisioning/http-kit';
import { decide, type Asker, type PolicySet } from '@provisioning/policy';
import type { EventSubject } from '../domain/event/event-subject.js';
import { Audiences, type Audience } from './audience.js';
import { isReadable, Remembered, type Reader } from './readable.js';

/** Somebody who follows events from one address: what he may hear of. */
export class Viewer implements Reader {
  readonly #answers = new Remembered<boolean>();
  #audience: { revision: number; is: Audience } | undefined;

  constructor(
    readonly principal: Principal,
    readonly ip: string,
    private readonly policies: () => PolicySet,
    private readonly audiences: Audiences,
  ) {}

  /** Those who may hear of the same, as far as they know it. */
  get audience(): Audience {
    const policies = this.policies();
    if (this.#audience?.revision !== policies.revision) {
      const is = this.audiences.of(policies, this.#askers(Date.now()));
      this.#audience = { revision: policies.revision, is };
    }
    return this.#audience.is;
  }

  mayRead(subject: EventSubject, now = Date.now()): boolean {
    return this.audience.mayRead(subject, now) ?? this.#mayReadHimself(subject, now);
  }

  #mayReadHimself(subject: EventSubject, now: number): boolean {
    const policies = this.policies();
    return this.#answers.get(subject, policies.revision, now, () =>
      this.#askers(now).every((asker) =>
        isReadable(subject, (resource, context) => decide(policies, { ...asker, resource, context }).effect),
      ),
    );
  }

  /** With an API token one has to be allowed with its roles, and with all that its owner has. */
  #askers(now: number): Asker[] {
    const { principal, ip } = this;
    const roles = [principal.roles, ...(principal.ownerRoles ? [principal.ownerRoles] : [])];
    const request = { ip, method: 'GET', path: '/events', time: new Date(now) };
    return roles.map((each) => ({
      principal: { ...principal, roles: [...each] },
      action: 'read',
      request,
    }));
  }
}

/** One viewer for all connections of one token from one address. */
export class Viewers {
  readonly #viewers = new Map<string, { viewer: Viewer; connections: number }>();
  readonly #audiences = new Audiences();

  constructor(private readonly policies: () => PolicySet) {}

  enter(principal: Principal, ip: string): Viewer {
    const key = keyOf(principal, ip);
    const known = this.#viewers.get(key) ?? {
      viewer: new Viewer(principal, ip, this.policies, this.#audiences),
      connections: 0,
    };
    known.connections += 1;
    this.#viewers.set(key, known);
    return known.viewer;
  }

  leave({ principal, ip }: Viewer): void {
    const key = keyOf(principal, ip);
    const known = this.#viewers.get(key);
    if (!known || --known.connections > 0) return;
    this.#viewers.delete(key);
    this.#audiences.keepOnly(new Set([...this.#viewers.values()].map(({ viewer }) => viewer.audience)));
  }
}

function keyOf({ tokenId }: Principal, ip: string): string {
  return `${tokenId} ${ip}`;
}
