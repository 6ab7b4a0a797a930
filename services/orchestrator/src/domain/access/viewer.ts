import {
  answerQuestion,
  certaintyFor,
  deniedIds,
  type Asker,
  type Certainty,
  type PolicySet,
  type Principal,
  type ResourceType,
} from '@provisioning/policy';
import { EventAudiences, type EventAudience } from './audience.js';
import { Remembered, type Readable, type Reader } from './readable.js';

/** A user with the token of the request. */
export interface Identity extends Principal {
  /** All roles of the owner of an API token: the token may do no more than they allow. */
  ownerRoles?: readonly string[];
  tokenId: string;
}

/** Decides what a user may read from one address. */
export class Viewer implements Reader {
  readonly #answers = new Remembered<boolean>();
  #audience: { revision: number; is: EventAudience } | undefined;
  #certainties: { revision: number; are: Certainty[] } | undefined;

  constructor(
    readonly principal: Identity,
    readonly ip: string,
    private readonly request: { method: string; path: string },
    private readonly policies: () => PolicySet,
    private readonly audiences: EventAudiences,
  ) {}

  /** The users with identical policy outcomes. */
  get audience(): EventAudience {
    const policies = this.policies();
    if (this.#audience?.revision !== policies.revision) {
      const is = this.audiences.of(policies, this.#askers(Date.now()));
      this.#audience = { revision: policies.revision, is };
    }
    return this.#audience.is;
  }

  /** The audience, if it was computed under the policies in force. */
  get knownAudience(): EventAudience | undefined {
    return this.#audience?.revision === this.policies().revision ? this.#audience.is : undefined;
  }

  /** Whether the user may read every object of these types, under all conditions. */
  readsAll(types: readonly ResourceType[]): boolean {
    return this.#certain().every((certainty) => types.every((type) => certainty.holds('read', `${type}:*`)));
  }

  /** Ids of a type, or prefixes ending with `*`, that a rule may forbid the user to read. */
  deniedIds(type: ResourceType): string[] {
    return [...new Set(this.#certain().flatMap((certainty) => deniedIds(certainty, 'read', type)))];
  }

  /** Computed for each user: within an audience, users differ in what is certain. */
  #certain(): Certainty[] {
    const policies = this.policies();
    if (this.#certainties?.revision !== policies.revision) {
      const are = this.#askers(Date.now()).map(({ principal }) => certaintyFor(policies, principal));
      this.#certainties = { revision: policies.revision, are };
    }
    return this.#certainties.are;
  }

  mayRead(readable: Readable, now = Date.now()): boolean {
    return this.audience.mayRead(readable, now) ?? this.#mayReadAlone(readable, now);
  }

  #mayReadAlone(readable: Readable, now: number): boolean {
    const policies = this.policies();
    return this.#answers.get(readable, policies.revision, now, () =>
      this.#askers(now).every((asker) =>
        readable.questions.every((question) => answerQuestion(policies, asker, question).yes),
      ),
    );
  }

  /** An API token must be allowed with its own roles and with all roles of its owner. */
  #askers(now: number): Asker[] {
    const { principal, ip } = this;
    const { method, path } = this.request;
    const roles = [principal.roles, ...(principal.ownerRoles ? [principal.ownerRoles] : [])];
    const request = { ip, method, path, time: new Date(now) };
    return roles.map((each) => ({
      principal: { ...principal, roles: [...each] },
      action: 'read',
      request,
    }));
  }
}

/** The request that policies see for events, on every transport. */
export const FOLLOWING = { method: 'GET', path: '/events' } as const;

/** Number of cached viewers without an open connection. */
const MOST_PASSING = 1_000;

/** Shares one viewer among all connections and requests of one token from one address. */
export class Viewers {
  readonly #viewers = new Map<string, { viewer: Viewer; connections: number }>();
  readonly #passing = new Map<string, Viewer>();
  readonly #audiences = new EventAudiences();

  constructor(private readonly policies: () => PolicySet) {}

  /** Returns the viewer of a connection. Call {@link leave} when it closes. */
  enter(principal: Identity, ip: string): Viewer {
    const key = keyOf(principal, ip);
    const known = this.#viewers.get(key) ?? { viewer: this.#make(principal, ip, FOLLOWING), connections: 0 };
    known.connections += 1;
    this.#viewers.set(key, known);
    return known.viewer;
  }

  /** Releases the viewer of a closed connection. */
  leave({ principal, ip }: Viewer): void {
    const key = keyOf(principal, ip);
    const known = this.#viewers.get(key);
    if (!known || --known.connections > 0) return;
    this.#viewers.delete(key);
    const viewers = [...[...this.#viewers.values()].map(({ viewer }) => viewer), ...this.#passing.values()];
    this.#audiences.keepOnly(new Set(viewers.flatMap(({ knownAudience }) => knownAudience ?? [])));
  }

  /** Returns the viewer of one request: policies may have conditions on method and path. */
  passing(principal: Identity, ip: string, request: { method: string; path: string }): Viewer {
    const { roles, ownerRoles, email } = principal;
    const { method, path } = request;
    const key = `${keyOf(principal, ip)} ${JSON.stringify([roles, ownerRoles, email, method, path])}`;
    const known = this.#passing.get(key) ?? this.#make(principal, ip, { method, path });
    this.#passing.delete(key);
    this.#passing.set(key, known);
    if (this.#passing.size > MOST_PASSING) this.#passing.delete(this.#passing.keys().next().value!);
    return known;
  }

  #make(principal: Identity, ip: string, request: { method: string; path: string }): Viewer {
    return new Viewer(principal, ip, request, this.policies, this.#audiences);
  }
}

function keyOf({ tokenId }: Identity, ip: string): string {
  return `${tokenId} ${ip}`;
}
