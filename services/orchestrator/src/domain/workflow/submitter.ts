import { Failure } from '@provisioning/errors';
import type { Grant } from '../access/grant.js';
import type { Actor } from '../audit/actor.js';

/** A caller's Idempotency-Key; the same key with the same hash gives the first answer again. */
export interface IdempotencyKey {
  key: string;
  principal: string;
  requestHash: string;
}

/** Who asks for work, and in which request. */
export interface Submitter {
  userId: string;
  username: string;
  requestId: string;
  traceparent: string | undefined;
  idempotency: IdempotencyKey | undefined;
  /** The same for the audit trail; absent where nobody asked. */
  actor?: Actor;
  /** What it was allowed on; absent where nobody had to be asked. */
  grant?: Grant | undefined;
}

/** The submitter, as tasks, batches and rollbacks record it. */
export interface Authorship {
  createdBy: string;
  createdByName: string;
  requestId: string;
  traceparent: string | undefined;
  actor?: Actor | undefined;
  grant?: Grant | undefined;
}

/** Returns what is recorded of the submitter with the work that it asks for. */
export function authorshipOf(submitter: Submitter): Authorship {
  const { userId, username, requestId, traceparent, actor, grant } = submitter;
  return { createdBy: userId, createdByName: username, requestId, traceparent, actor, grant };
}

export function refuseReusedKey(): Failure {
  return new Failure(
    'conflict',
    'This Idempotency-Key was used with another request in the last 24 hours. Take a new key.',
    { code: 'idempotency_key_reused' },
  );
}
