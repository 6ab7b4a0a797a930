import type { Claims } from './token.js';

/**
 * Whose tokens are good no more, as the control center tells it. `session`: every token of it; `token`: that one (its
 * `jti`); `user`: every token of theirs that was issued up to `at`; `api_token`: that one.
 */
export interface RevocationEntry {
  kind: 'session' | 'token' | 'user' | 'api_token';
  subject: string;
  /** ISO 8601. */
  at: string;
  /** When what it speaks of has ended by itself. */
  expires_at: string;
}

/** The revocations that one process knows of: asked at every request, so all of it is in memory. */
export class RevocationSet {
  /** By kind and subject; of two about the same, the later one says more. */
  readonly #entries = new Map<string, { at: number; expiresAt: number }>();

  get size(): number {
    return this.#entries.size;
  }

  /** In any order, the same one any number of times. */
  add(revocation: RevocationEntry): void {
    const key = keyOf(revocation.kind, revocation.subject);
    const known = this.#entries.get(key);
    this.#entries.set(key, {
      at: Math.max(known?.at ?? 0, Date.parse(revocation.at)),
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

  /** Whether an API token was revoked, or what is known of it is from before something happened to its owner. */
  isApiTokenRevoked({ id, userId, knownSince }: { id: string; userId: string; knownSince: Date }): boolean {
    if (this.#entries.has(keyOf('api_token', id))) return true;
    const user = this.#entries.get(keyOf('user', userId));
    return user !== undefined && knownSince.getTime() <= user.at;
  }

  /** Drops those whose tokens have expired by themselves. */
  forgetExpired(now: Date): void {
    for (const [key, { expiresAt }] of this.#entries) {
      if (expiresAt < now.getTime()) this.#entries.delete(key);
    }
  }
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
