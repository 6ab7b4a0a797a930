/** Who did something, and in which request; null where that is not known. */
export interface AuditActor {
  userId: string | null;
  username: string | null;
  sessionId: string | null;
  ip: string | null;
  requestId: string | null;
}

/** The control center by itself. */
export const NOBODY: AuditActor = {
  userId: null,
  username: null,
  sessionId: null,
  ip: null,
  requestId: null,
};

/** What is to be put down in the audit trail. */
export interface NewAuditRecord extends AuditActor {
  /** `user.create`: what it was done to, in the singular, and what was done. */
  action: string;
  /** `users/<id>` */
  resource: string;
  result: 'success' | 'denied' | 'failure';
  /** What was asked and changed. No secret may be in here. */
  details: Readonly<Record<string, unknown>>;
}

/** The audit trail, within a unit of work: what is done stands there, or is not done. */
export interface AuditTrail {
  append(record: NewAuditRecord): Promise<void>;
}
