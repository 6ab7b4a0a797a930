import { issuedAtMilliseconds, verifyToken, type Claims, type Keyring } from '@provisioning/auth-token';
import type { Principal } from '@provisioning/http-kit';

const MOST_KNOWN = 2_000;

/** Whom a session's token stands for. */
export interface Verified {
  principal: Principal;
  claims: Claims;
  issuedAt: Date;
}

/**
 * Tokens whose signature and claims were found good, so that each is verified once and not at every request. Whether one
 * was revoked is not known here: that is asked every time.
 */
export class VerifiedTokens {
  readonly #known = new Map<string, Verified>();

  constructor(private readonly keyring: Keyring) {}

  /** @throws as {@link verifyToken} */
  verify(token: string): Verified {
    const known = this.#known.get(token);
    if (known && Date.now() < known.claims.expiresAt * 1000) return known;
    this.#known.delete(token);
    const claims = verifyToken(this.keyring, token);
    const { userId: id, username, email = '', roles, sessionId, tokenId, expiresAt } = claims;
    const principal = { id, username, email, roles, sessionId, tokenId, expiresAt };
    const verified = { principal, claims, issuedAt: new Date(issuedAtMilliseconds(claims)) };
    // Only what was signed by the control center gets here; the oldest leaves first.
    if (this.#known.size >= MOST_KNOWN) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(token, verified);
    return verified;
  }
}
