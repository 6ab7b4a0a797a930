/** The user who did something, and the request; null where it is not known. */
export interface AuditActor {
  userId: string | null;
  username: string | null;
  sessionId: string | null;
  ip: string | null;
  requestId: string | null;
}

/** The actor of what the control center does on its own. */
export const NO_USER: AuditActor = {
  userId: null,
  username: null,
  sessionId: null,
  ip: null,
  requestId: null,
};

/** A record to be appended to the audit trail. */
export interface NewAuditRecord extends AuditActor {
  /** `user.create`: the kind of object in the singular, and what was done to it. */
  action: string;
  /** `users/<id>` */
  resource: string;
  result: 'success' | 'denied' | 'failure';
  /** What was requested and changed. Must not contain secrets. */
  details: Readonly<Record<string, unknown>>;
}

/** The audit trail within a unit of work: a change and its record are committed together or not at all. */
export interface AuditTrail {
  append(record: NewAuditRecord): Promise<void>;
}
