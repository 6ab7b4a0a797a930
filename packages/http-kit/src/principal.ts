/** Who is asking: what the token says, as far as it still holds. */
export interface Principal {
  id: string;
  username: string;
  /** For conditions of policies; empty where it is not known. */
  email: string;
  roles: readonly string[];
  /** All that the owner of an API token has: to leave a role out of a token must not take a Deny away. */
  ownerRoles?: readonly string[];
  /** Null for an API token, which belongs to no session. */
  sessionId: string | null;
  /** Of the JWT (its `jti`), or of the API token. */
  tokenId: string;
  /** Seconds since the epoch. */
  expiresAt: number;
}
