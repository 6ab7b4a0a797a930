/** The authenticated caller: what the token says, as far as it is still valid. */
export interface Principal {
  id: string;
  username: string;
  /** For conditions of policies; empty where it is not known. */
  email: string;
  roles: readonly string[];
  /** All roles of the owner of an API token: leaving a role out of a token must not remove a Deny. */
  ownerRoles?: readonly string[];
  /** Null for an API token, which belongs to no session. */
  sessionId: string | null;
  /** Of the JWT (its `jti`), or of the API token. */
  tokenId: string;
  /** The only use of the token, if it is restricted to one. */
  scope?: 'mfa_enrollment';
  /** Seconds since the epoch. */
  expiresAt: number;
}
