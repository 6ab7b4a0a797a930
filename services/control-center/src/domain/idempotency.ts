/** The Idempotency-Key of a caller, with a digest of the request. */
export interface IdempotencyKey {
  key: string;
  principal: string;
  requestHash: string;
}

/** The keys of requests in the last 24 hours, with their answers. */
export interface IdempotencyKeys {
  /**
   * Runs `make` once for a key within 24 hours and returns the stored answer to a repeated request. The answer is
   * stored as JSON: it must contain neither dates nor secrets.
   * @throws Failure `conflict` (`idempotency_key_reused`) when the key was used with another request.
   */
  once<Answer>(
    key: IdempotencyKey | undefined,
    make: () => Promise<Answer>,
  ): Promise<{ answer: Answer; replayed: boolean }>;
}
