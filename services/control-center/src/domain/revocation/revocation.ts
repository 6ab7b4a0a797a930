/** What a revocation ends. */
export type RevocationKind = 'session' | 'token' | 'user' | 'api_token' | 'all';

/**
 * A revocation: of a session, of one token, of all tokens issued to a user up to `at`, of an API token, or of
 * everything issued to any user up to `at`.
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
