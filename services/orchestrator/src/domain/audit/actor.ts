/** A user who did something, and the request, for the audit trail. */
export interface Actor {
  userId: string;
  username: string;
  /** Null for an API token: it has no session. */
  sessionId: string | null;
  ip: string;
  requestId: string;
}
