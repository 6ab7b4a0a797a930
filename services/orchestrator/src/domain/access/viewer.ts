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
import { Audiences, type Audience } from './audience.js';
import { Remembered, type Readable, type Reader } from './readable.js';

/** A user who reads, with a token. */
export interface Identity extends Principal {
  /** All roles of the owner of an API token, which the token must not exceed. */
  ownerRoles?: readonly string[];
  tokenId: string;
}

/** A user who reads from one address: what they may read. */
export class Viewer implements Reader {
  readonly #answers = new Remembered<boolean>();
  #audience: { revision: number; is: Audience } | undefined;
  #certainties: { revision: number; are: Certainty[] } | undefined;

  constructor(
    readonly principal: Identity,
    readonly ip: string,
    private readonly request: { method: string; path: string },
    private readonly policies: () => PolicySet,
    private readonly audiences: Audiences,
  ) {}

  /** The users with the same rights, as far as the rules are known to be the same. */
  get audience(): Audience {
    const policies = this.policies();
    if (this.#audience?.revision !== policies.revision) {
      const is = this.audiences.of(policies, this.#askers(Date.now()));
      this.#audience = { revision: policies.revision, is };
    }
    return this.#audience.is;
  }

  /** The audience, where it was asked for under the policies in force. */
  get knownAudience(): Audience | undefined {
    return this.#audience?.revision === this.policies().revision ? this.#audience.is : undefined;
  }

  /** Whether they may certainly read everything of these types. */
  readsAll(types: readonly ResourceType[]): boolean {
    return this.#certain().every((certainty) => types.every((type) => certainty.holds('read', `${type}:*`)));
  }

  /** Ids of that type, or prefixes with a `*`, that a rule may deny them to read. */
  deniedIds(type: ResourceType): string[] {
    return [...new Set(this.#certain().flatMap((certainty) => deniedIds(certainty, 'read', type)))];
  }

  /** By the user alone: an audience has users who differ in what is certain. */
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

  /** With an API token one has to be allowed with its roles, and with all that its owner has. */
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

/** What rules see of events, over whatever they are followed. */
export const FOLLOWING = { method: 'GET', path: '/events' } as const;

/** How many viewers without an open connection are kept. */
const MOST_PASSING = 1_000;

/** One viewer for all connections and requests of one token from one address. */
export class Viewers {
  readonly #viewers = new Map<string, { viewer: Viewer; connections: number }>();
  readonly #passing = new Map<string, Viewer>();
  readonly #audiences = new Audiences();

  constructor(private readonly policies: () => PolicySet) {}

  /** For a connection, until {@link leave}. */
  enter(principal: Identity, ip: string): Viewer {
    const key = keyOf(principal, ip);
    const known = this.#viewers.get(key) ?? { viewer: this.#make(principal, ip, FOLLOWING), connections: 0 };
    known.connections += 1;
    this.#viewers.set(key, known);
    return known.viewer;
  }

  leave({ principal, ip }: Viewer): void {
    const key = keyOf(principal, ip);
    const known = this.#viewers.get(key);
    if (!known || --known.connections > 0) return;
    this.#viewers.delete(key);
    const viewers = [...[...this.#viewers.values()].map(({ viewer }) => viewer), ...this.#passing.values()];
    this.#audiences.keepOnly(new Set(viewers.flatMap(({ knownAudience }) => knownAudience ?? [])));
  }

  /** For one request, which rules may ask for its method and path. */
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
