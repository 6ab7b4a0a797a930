/** What a revocation ends. */
export type RevocationKind = 'session' | 'token' | 'user' | 'api_token';

/**
 * A revocation: of a session, of one token, of all tokens issued to a user up to `at`, or of an API token.
 */
export interface NewRevocation {
  kind: RevocationKind;
  subject: string;
  at: Date;
  /** When the tokens would have expired; a later time is harmless. */
  expiresAt: Date;
}

/** A revocation at its position in the list. */
export interface Revocation extends NewRevocation {
  seq: number;
}
