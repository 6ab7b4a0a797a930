import { Failure } from '@provisioning/errors';
import type { Grant } from '../access/grant.js';
import type { Actor } from '../audit/actor.js';

/** The Idempotency-Key of a request. A request with the same key and hash receives the first answer. */
export interface IdempotencyKey {
  key: string;
  principal: string;
  requestHash: string;
}

/** The user who submits work, and the request. */
export interface Submitter {
  userId: string;
  username: string;
  requestId: string;
  traceparent: string | undefined;
  idempotency: IdempotencyKey | undefined;
  /** The user for the audit trail; absent for work of the platform. */
  actor?: Actor;
  /** The questions on which the work was allowed; absent if no policy was asked. */
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

/** The Failure `conflict` (`idempotency_key_reused`). */
export function refuseReusedKey(): Failure {
  return new Failure(
    'conflict',
    'This Idempotency-Key was used with another request in the last 24 hours. Use a new key.',
    { code: 'idempotency_key_reused' },
  );
}
