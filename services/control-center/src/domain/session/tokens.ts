/** What a restricted token can be used for. */
export type TokenScope = 'mfa_enrollment';

interface TokenSubject {
  userId: string;
  username: string;
  email?: string;
  roles: readonly string[];
  sessionId: string;
  scope?: TokenScope;
}

/** The claims of a valid token. */
export interface TokenClaims extends TokenSubject {
  tokenId: string;
  /** Seconds since the epoch. */
  expiresAt: number;
}

/** A signed token and the time at which it expires. */
export interface IssuedToken {
  token: string;
  tokenId: string;
  expiresAt: Date;
}

/** Signs and reads access tokens. */
export interface Tokens {
  issue(subject: TokenSubject, lifetimeSeconds: number, now: Date): IssuedToken;
  /**
   * @param accepted the scopes that the operation accepts.
   * @throws Failure `unauthenticated`; `forbidden` for a scope that is not accepted.
   */
  verify(token: string, now: Date, accepted: readonly TokenScope[]): TokenClaims;
}
