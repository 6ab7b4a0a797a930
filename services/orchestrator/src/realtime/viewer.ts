import type { Principal } from '@provisioning/http-kit';
import { decide, type PolicySet } from '@provisioning/policy';
import type { EventSubject } from '../domain/event/event-subject.js';

/** Conditions may look at the time: what was decided is asked again after this. */
const REMEMBERED_MS = 5_000;
const REMEMBERED = 10_000;

/** Somebody who follows events from one address: what he may hear of, asked once for each thing and revision of the policies. */
export class Viewer {
  readonly #known = new Map<string, boolean>();
  #revision: number | undefined;
  #until = 0;

  constructor(
    readonly principal: Principal,
    readonly ip: string,
    private readonly policies: () => PolicySet,
  ) {}

  mayRead(subject: EventSubject, now = Date.now()): boolean {
    const policies = this.policies();
    if (policies.revision !== this.#revision || now >= this.#until || this.#known.size >= REMEMBERED) {
      this.#known.clear();
      this.#revision = policies.revision;
      this.#until = now + REMEMBERED_MS;
    }
    let answer = this.#known.get(subject.key);
    if (answer === undefined) this.#known.set(subject.key, (answer = this.#decide(policies, subject, now)));
    return answer;
  }

  #decide(policies: PolicySet, { resource, contexts, alsoAbout }: EventSubject, now: number): boolean {
    const { principal, ip } = this;
    const ask = (asked: string, context: Record<string, unknown>) =>
      decide(policies, {
        principal: { ...principal, roles: [...principal.roles] },
        ...{ action: 'read', resource: asked, context },
        request: { ip, method: 'GET', path: '/events', time: new Date(now) },
      }).effect;
    return (
      contexts.every((context) => ask(resource, context) === 'ALLOW') &&
      alsoAbout.every((asked) => contexts.every((context) => ask(asked, context) !== 'EXPLICIT_DENY'))
    );
  }
}

/** One viewer for all connections of one token from one address: what is decided for one is decided for all. */
export class Viewers {
  readonly #viewers = new Map<string, { viewer: Viewer; connections: number }>();

  constructor(private readonly policies: () => PolicySet) {}

  enter(principal: Principal, ip: string): Viewer {
    const key = keyOf(principal, ip);
    const known = this.#viewers.get(key) ?? {
      viewer: new Viewer(principal, ip, this.policies),
      connections: 0,
    };
    known.connections += 1;
    this.#viewers.set(key, known);
    return known.viewer;
  }

  leave({ principal, ip }: Viewer): void {
    const key = keyOf(principal, ip);
    const known = this.#viewers.get(key);
    if (known && --known.connections === 0) this.#viewers.delete(key);
  }
}

function keyOf({ tokenId }: Principal, ip: string): string {
  return `${tokenId} ${ip}`;
}
