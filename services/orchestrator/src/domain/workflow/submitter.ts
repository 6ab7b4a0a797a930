import { Failure } from '@provisioning/errors';
import type { IdempotencyKey } from '../ports.js';

/** Who asks for work, and in which request. */
export interface Submitter {
  userId: string;
  username: string;
  requestId: string;
  traceparent: string | undefined;
  idempotency: IdempotencyKey | undefined;
}

export function refuseReusedKey(): Failure {
  return new Failure(
    'conflict',
    'This Idempotency-Key was used with another request in the last 24 hours. Take a new key.',
    { code: 'idempotency_key_reused' },
  );
}
