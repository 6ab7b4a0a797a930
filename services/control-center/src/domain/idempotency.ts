/** A caller's Idempotency-Key, with a digest of what it was sent with. */
export interface IdempotencyKey {
  key: string;
  principal: string;
  requestHash: string;
}

export interface IdempotencyKeys {
  /**
   * Makes something, unless the same request came with the same key within 24 hours: then the answer is that of then. The
   * answer is stored as JSON, so it may hold neither dates nor secrets.
   * @throws Failure `conflict` when the key came with another request.
   */
  once<Answer>(
    key: IdempotencyKey | undefined,
    make: () => Promise<Answer>,
  ): Promise<{ answer: Answer; replayed: boolean }>;
}
