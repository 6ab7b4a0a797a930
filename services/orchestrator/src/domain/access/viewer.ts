import { answerQuestion, type Asker, type PolicySet, type Principal } from '@provisioning/policy';
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

  constructor(
    readonly principal: Identity,
    readonly ip: string,
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
    const roles = [principal.roles, ...(principal.ownerRoles ? [principal.ownerRoles] : [])];
    const request = { ip, method: 'GET', path: '/events', time: new Date(now) };
    return roles.map((each) => ({
      principal: { ...principal, roles: [...each] },
      action: 'read',
      request,
    }));
  }
}

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
    const known = this.#viewers.get(key) ?? { viewer: this.#make(principal, ip), connections: 0 };
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
    this.#audiences.keepOnly(new Set(viewers.map(({ audience }) => audience)));
  }

  /** For one request. */
  passing(principal: Identity, ip: string): Viewer {
    const { roles, ownerRoles, email } = principal;
    const key = `${keyOf(principal, ip)} ${JSON.stringify([roles, ownerRoles, email])}`;
    const known = this.#passing.get(key) ?? this.#make(principal, ip);
    this.#passing.delete(key);
    this.#passing.set(key, known);
    if (this.#passing.size > MOST_PASSING) this.#passing.delete(this.#passing.keys().next().value!);
    return known;
  }

  #make(principal: Identity, ip: string): Viewer {
    return new Viewer(principal, ip, this.policies, this.#audiences);
  }
}

function keyOf({ tokenId }: Identity, ip: string): string {
  return `${tokenId} ${ip}`;
}
