/** Decisions that wait to be told. */
export interface DecisionOutbox<Decision> {
  /** @returns how many were sent, which are then forgotten */
  forward(limit: number, send: (decisions: Decision[]) => Promise<unknown>): Promise<number>;
}

const AT_ONCE = 500;
const EVERY_MS = 500;
const TOLD_EVERY = 120;

/** Tells the control center what was decided here: again and again until it has heard. */
export class DecisionForwarder<Decision> {
  #timer: NodeJS.Timeout | undefined;
  #forwarding: Promise<void> | undefined;
  #failures = 0;

  constructor(
    private readonly outbox: DecisionOutbox<Decision>,
    private readonly send: (decisions: Decision[]) => Promise<unknown>,
    private readonly log: { warn(message: string, fields?: object): void },
  ) {}

  start(): void {
    this.#timer = setInterval(() => {
      this.#forwarding ??= this.#forward().finally(() => (this.#forwarding = undefined));
    }, EVERY_MS);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#forwarding;
  }

  async #forward(): Promise<void> {
    try {
      while ((await this.outbox.forward(AT_ONCE, this.send)) === AT_ONCE);
      this.#failures = 0;
    } catch (error) {
      if (this.#failures++ % TOLD_EVERY === 0)
        this.log.warn('decisions wait in the database: the control center does not take them', { error });
    }
  }
}
