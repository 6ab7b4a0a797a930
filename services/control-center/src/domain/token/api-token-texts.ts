import type { IdempotencyKey } from '../idempotency.js';

/** Creates and reads the texts of API tokens. */
export interface ApiTokenTexts {
  make(): string;
  /** Derives the token from the request, so that a repeated request gets the same without it being stored. */
  makeFor(request: IdempotencyKey): string;
  /** Returns whether the checksum of a token is right, without a query. */
  isIntact(text: string): boolean;
  hash(text: string): string;
}
