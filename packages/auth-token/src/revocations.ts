import type { Claims } from './token.js';

/**
 * A revocation by the control center. `session`: all of its tokens; `token`: the one with that `jti`; `user`: all of
 * their tokens issued up to `at`; `api_token`: that one; `all`: everything issued to any user up to `at`.
 */
export interface RevocationEntry {
  kind: 'session' | 'token' | 'user' | 'api_token' | 'all';
  subject: string;
  /** Its number, in the order of the commits. */
  seq?: number;
  /** ISO 8601. */
  at: string;
  /** When the tokens would have expired. */
  expires_at: string;
}

/** What a process knows about an API token, and as of when. */
export interface KnownApiToken {
  id: string;
  userId: string;
  /** When it was looked up, by the clock of this process. */
  knownSince: Date;
  /**
   * The newest revocation that the answer includes; undefined if the control center did not state it. It does not depend on
   * clocks and also covers a revocation that was being committed at that moment.
   */
  asOf?: number | undefined;
}

interface Entry {
  at: number;
  seq: number | undefined;
  expiresAt: number;
}

/** The revocations known to one process. Every request checks them, so all are in memory. */
export class RevocationSet {
  /** By kind and subject; of two for the same subject, the later one includes the earlier. */
  readonly #entries = new Map<string, Entry>();
  /** The last revocation of everything. */
  #all: Entry | undefined;

  get size(): number {
    return this.#entries.size;
  }

  /** Adds a revocation; order and repetition do not matter. */
  add(revocation: RevocationEntry): void {
    const key = keyOf(revocation.kind, revocation.subject);
    const known = this.#entries.get(key);
    const entry = {
      at: Math.max(known?.at ?? 0, Date.parse(revocation.at)),
      seq: later(known?.seq, revocation.seq),
      expiresAt: Math.max(known?.expiresAt ?? 0, Date.parse(revocation.expires_at)),
    };
    this.#entries.set(key, entry);
    if (revocation.kind === 'all') this.#all = entry;
  }

  /** Returns whether an otherwise valid token was revoked. */
  isRevoked(claims: Pick<Claims, 'userId' | 'sessionId' | 'tokenId' | 'issuedAt'>): boolean {
    if (this.#entries.has(keyOf('token', claims.tokenId))) return true;
    if (this.#entries.has(keyOf('session', claims.sessionId))) return true;
    const issuedAt = issuedAtMilliseconds(claims);
    return this.#ofUser(claims.userId).some(({ at }) => issuedAt <= at);
  }

  /**
   * Returns whether an API token was revoked, or what is known of it may be older than a change of its owner.
   */
  isApiTokenRevoked({ id, userId, knownSince, asOf }: KnownApiToken): boolean {
    if (this.#entries.has(keyOf('api_token', id))) return true;
    return this.#ofUser(userId).some(({ at, seq }) =>
      asOf === undefined || seq === undefined ? knownSince.getTime() <= at : asOf < seq,
    );
  }

  /** The revocations of everything that was issued to a user up to some time. */
  #ofUser(userId: string): Entry[] {
    const entries = [this.#entries.get(keyOf('user', userId)), this.#all];
    return entries.filter((entry) => entry !== undefined);
  }

  /** Removes the revocations whose tokens have expired. */
  forgetExpired(now: Date): void {
    for (const [key, { expiresAt }] of this.#entries) {
      if (expiresAt < now.getTime()) this.#entries.delete(key);
    }
  }
}

function later(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other);
}

const UUID_V7 = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-/;

/**
 * Returns when a token was issued, in milliseconds. `iat` has whole seconds, which would place a sign-in before the
 * change of roles that it follows; the `jti` is a UUIDv7, which begins with milliseconds.
 */
export function issuedAtMilliseconds({ tokenId, issuedAt }: Pick<Claims, 'tokenId' | 'issuedAt'>): number {
  const [, high, low] = UUID_V7.exec(tokenId) ?? [];
  return high === undefined || low === undefined ? issuedAt * 1000 : Number.parseInt(high + low, 16);
}

function keyOf(kind: RevocationEntry['kind'], subject: string): string {
  return `${kind}:${subject}`;
}
