/** Who is asking: what the token says, as far as it still holds. */
export interface Principal {
  id: string;
  username: string;
  /** For conditions of policies; empty where it is not known. */
  email: string;
  roles: readonly string[];
  /** Null for an API token, which belongs to no session. */
  sessionId: string | null;
  /** Of the JWT (its `jti`), or of the API token. */
  tokenId: string;
  /** Seconds since the epoch. */
  expiresAt: number;
}
