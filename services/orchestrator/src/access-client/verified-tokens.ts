import { issuedAtMilliseconds, verifyToken, type Claims, type Keyring } from '@provisioning/auth-token';
import type { Principal } from '@provisioning/http-kit';

const MOST_KNOWN = 2_000;

/** The principal of a session's token. */
export interface Verified {
  principal: Principal;
  claims: Claims;
  issuedAt: Date;
}

/**
 * Tokens with a valid signature and valid claims, so that each is verified once and not at every request. Revocations
 * are not known here: every request checks them.
 */
export class VerifiedTokens {
  readonly #known = new Map<string, Verified>();

  constructor(private readonly keyring: Keyring) {}

  /**
   * Accepts a restricted token too: the caller checks `claims.scope`.
   * @throws as {@link verifyToken}
   */
  verify(token: string): Verified {
    const known = this.#known.get(token);
    if (known && Date.now() < known.claims.expiresAt * 1000) return known;
    this.#known.delete(token);
    const claims = verifyToken(this.keyring, token, new Date(), ['mfa_enrollment']);
    const { userId: id, username, email = '', roles, sessionId, tokenId, expiresAt } = claims;
    const principal = { id, username, email, roles, sessionId, tokenId, expiresAt };
    const verified = { principal, claims, issuedAt: new Date(issuedAtMilliseconds(claims)) };
    // Only tokens that the control center signed get here. The oldest is removed first.
    if (this.#known.size >= MOST_KNOWN) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(token, verified);
    return verified;
  }
}
