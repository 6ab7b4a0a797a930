import type { IdempotencyKey } from '../idempotency.js';

/** Makes and reads the texts of API tokens. */
export interface ApiTokenTexts {
  make(): string;
  /** The same for the same request: it is shown again, though it is kept nowhere. */
  makeFor(request: IdempotencyKey): string;
  /** Whether it can be one of ours, without a look-up. */
  isIntact(text: string): boolean;
  hash(text: string): string;
}
