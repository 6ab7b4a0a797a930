/** Who did something, and in which request, as the audit trail tells it. */
export interface Actor {
  userId: string;
  username: string;
  /** Null for an API token, which belongs to no session. */
  sessionId: string | null;
  ip: string;
  requestId: string;
}
