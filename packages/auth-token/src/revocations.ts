import type { Claims } from './token.js';

/**
 * Whose tokens are good no more, as the control center tells it. `session`: every token of it; `token`: that one (its
 * `jti`); `user`: every token of theirs that was issued up to `at`; `api_token`: that one.
 */
export interface RevocationEntry {
  kind: 'session' | 'token' | 'user' | 'api_token';
  subject: string;
  /** Its number, in the order of the commits. */
  seq?: number;
  /** ISO 8601. */
  at: string;
  /** When what it speaks of has ended by itself. */
  expires_at: string;
}

/** What one process knows of an API token, and as of when. */
export interface KnownApiToken {
  id: string;
  userId: string;
  /** When it was asked about, by the clock of who asked. */
  knownSince: Date;
  /**
   * The newest revocation that the answer certainly takes into account; undefined where the control center did not say. It
   * needs no clocks, and is right also for a revocation that was being committed at that very moment.
   */
  asOf?: number | undefined;
}

/** The revocations that one process knows of: asked at every request, so all of it is in memory. */
export class RevocationSet {
  /** By kind and subject; of two about the same, the later one says more. */
  readonly #entries = new Map<string, { at: number; seq: number | undefined; expiresAt: number }>();

  get size(): number {
    return this.#entries.size;
  }

  /** In any order, the same one any number of times. */
  add(revocation: RevocationEntry): void {
    const key = keyOf(revocation.kind, revocation.subject);
    const known = this.#entries.get(key);
    this.#entries.set(key, {
      at: Math.max(known?.at ?? 0, Date.parse(revocation.at)),
      seq: later(known?.seq, revocation.seq),
      expiresAt: Math.max(known?.expiresAt ?? 0, Date.parse(revocation.expires_at)),
    });
  }

  /** Whether a token that is good otherwise was revoked. */
  isRevoked(claims: Pick<Claims, 'userId' | 'sessionId' | 'tokenId' | 'issuedAt'>): boolean {
    if (this.#entries.has(keyOf('token', claims.tokenId))) return true;
    if (this.#entries.has(keyOf('session', claims.sessionId))) return true;
    const user = this.#entries.get(keyOf('user', claims.userId));
    return user !== undefined && issuedAtMilliseconds(claims) <= user.at;
  }

  /** Whether an API token was revoked, or what is known of it may be from before something happened to its owner. */
  isApiTokenRevoked({ id, userId, knownSince, asOf }: KnownApiToken): boolean {
    if (this.#entries.has(keyOf('api_token', id))) return true;
    const user = this.#entries.get(keyOf('user', userId));
    if (user === undefined) return false;
    return asOf === undefined || user.seq === undefined ? knownSince.getTime() <= user.at : asOf < user.seq;
  }

  /** Drops those whose tokens have expired by themselves. */
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
 * When a token was issued. `iat` has whole seconds, which would put the sign-in that follows a change of roles before it;
 * the `jti` is a UUIDv7, which begins with milliseconds.
 */
export function issuedAtMilliseconds({ tokenId, issuedAt }: Pick<Claims, 'tokenId' | 'issuedAt'>): number {
  const [, high, low] = UUID_V7.exec(tokenId) ?? [];
  return high === undefined || low === undefined ? issuedAt * 1000 : Number.parseInt(high + low, 16);
}

function keyOf(kind: RevocationEntry['kind'], subject: string): string {
  return `${kind}:${subject}`;
}
