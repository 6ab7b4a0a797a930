/** Decisions that the control center has not received. */
export interface DecisionOutbox<Decision> {
  /**
   * Sends the oldest decisions and deletes them once `send` has resolved.
   * @param limit most decisions to send
   * @returns how many were sent
   */
  forward(limit: number, send: (decisions: Decision[]) => Promise<unknown>): Promise<number>;
}

const AT_ONCE = 500;

/** Sends the control center the decisions that were taken here. */
export class DecisionForwarder<Decision> {
  constructor(
    private readonly outbox: DecisionOutbox<Decision>,
    private readonly send: (decisions: Decision[]) => Promise<unknown>,
  ) {}

  /** Sends one page. @returns whether there is more. @throws what `send` throws; the decisions stay in the outbox */
  async forward(): Promise<boolean> {
    return (await this.outbox.forward(AT_ONCE, this.send)) === AT_ONCE;
  }
}
