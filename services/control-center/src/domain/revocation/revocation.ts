export type RevocationKind = 'session' | 'token' | 'user' | 'api_token';

/** That tokens are good no more: of a session, one token, all that a user was issued up to `at`, or an API token. */
export interface NewRevocation {
  kind: RevocationKind;
  subject: string;
  at: Date;
  /** When they would have ended by themselves; later does no harm. */
  expiresAt: Date;
}

export interface Revocation extends NewRevocation {
  seq: number;
}
