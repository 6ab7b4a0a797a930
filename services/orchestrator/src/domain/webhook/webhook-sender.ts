/** An attempt that is ours to make, now. */
export interface Attempt {
  deliveryId: string;
  attempt: number;
  webhookId: string;
  /** Null for a webhook that acts for the platform. */
  ownerId: string | null;
  /** Roles beyond which nothing is sent; null for all of the owner's. */
  ownerRoles: readonly string[] | null;
  url: string;
  event: string;
  at: Date;
  /** JSON text. */
  data: string;
  /** The first one is the endpoint's own; empty if none of them can be read any more. */
  secrets: readonly string[];
}

/** How an attempt went. */
export interface Outcome {
  status: number | null;
  /** Null: it was taken. */
  error: string | null;
  /** Nothing was sent: the target is not allowed. */
  refused: boolean;
  /** Seconds for which the endpoint wants nothing sent to it; null where it did not say. */
  retryAfter: number | null;
  /** The endpoint wants nothing sent to it any more (410). */
  gone: boolean;
  /** Nothing was sent and nothing will be: the owner of the webhook may not read it. */
  withheld: boolean;
}

/** What is to be delivered, for all processes. */
export interface DeliveryQueue {
  /** Makes deliveries of what happened since. @returns whether there may be more right now */
  fill(): Promise<boolean>;
  /** Attempts that are due, but for endpoints that have enough of ours under way. Whoever takes them settles them. */
  claim(busy: readonly string[], each: number): Promise<Attempt[]>;
  /**
   * @param waitSeconds until the next attempt, where there is one
   * @param pauseSeconds for which nothing at all is sent to the endpoint; null for no pause
   */
  settle(attempt: Attempt, outcome: Outcome, waitSeconds: number, pauseSeconds: number | null): Promise<void>;
  /** Gives up what is too old, forgets what is long over. */
  expire(): Promise<void>;
}

export type Send = (attempt: Attempt) => Promise<Outcome>;

const EACH = 4;
const IDLE_MS = 500;
const EXPIRE_EVERY_MS = 60_000;
const FIRST_WAIT_SECONDS = 5;
const LONGEST_WAIT_SECONDS = 7_200;

/** An endpoint may ask for patience, but not for longer than deliveries wait between two tries anyway. */
export function pauseAfter({ retryAfter }: Pick<Outcome, 'retryAfter'>): number | null {
  return retryAfter === null ? null : Math.min(retryAfter, LONGEST_WAIT_SECONDS);
}

/** Four times as long each time, two hours at most, and never all at the same moment: some eighteen tries in a day. */
export function waitAfter(attempt: number, random: () => number = Math.random): number {
  const wait = Math.min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 4 ** (attempt - 1));
  return wait * (0.75 + random() / 4);
}

/**
 * Delivers at least once: an attempt whose maker died is made again by whoever is there. Any number of processes do this
 * side by side.
 */
export class WebhookSender {
  readonly #underWay = new Map<string, number>();
  readonly #open = new Set<Promise<void>>();
  /** By the name of the loop: wakes it. */
  readonly #sleeping = new Map<string, () => void>();
  #stopped = false;
  #loops: Promise<void>[] = [];

  constructor(
    private readonly queue: DeliveryQueue,
    private readonly send: Send,
    /** What has to be done before anything is sent; tried until it is. */
    private readonly prepare: () => Promise<void>,
    private readonly log: {
      debug(message: string, fields?: object): void;
      warn(message: string, fields?: object): void;
    },
  ) {}

  start(): void {
    const prepared = this.#prepare();
    this.#loops = [
      prepared.then(() => this.#repeat('fill', IDLE_MS, () => this.queue.fill())),
      prepared.then(() => this.#repeat('send', IDLE_MS, () => this.#sendDue())),
      this.#repeat('expire', EXPIRE_EVERY_MS, async () => {
        await this.queue.expire();
        return false;
      }),
    ];
  }

  /** What is under way is waited for: it ends by itself within seconds. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const wake of [...this.#sleeping.values()]) wake();
    await Promise.all([...this.#loops, ...this.#open]);
  }

  async #prepare(): Promise<void> {
    let done = false;
    const act = async () => {
      await this.prepare();
      return (done = true);
    };
    await this.#repeat('prepare', IDLE_MS, act, () => done);
  }

  async #sendDue(): Promise<boolean> {
    const busy = [...this.#underWay].filter(([, count]) => count >= EACH).map(([id]) => id);
    const attempts = await this.queue.claim(busy, EACH);
    for (const attempt of attempts) {
      const sent = this.#attempt(attempt).finally(() => this.#open.delete(sent));
      this.#open.add(sent);
    }
    // Whoever has more than fits is asked again when there is room.
    return false;
  }

  async #attempt(attempt: Attempt): Promise<void> {
    const { webhookId, deliveryId } = attempt;
    this.#count(webhookId, 1);
    try {
      const outcome = await this.send(attempt);
      const pause = pauseAfter(outcome);
      await this.queue.settle(attempt, outcome, Math.max(waitAfter(attempt.attempt), pause ?? 0), pause);
      if (outcome.gone)
        this.log.warn('a webhook was disabled: its endpoint is gone', {
          webhook_id: webhookId,
          delivery_id: deliveryId,
        });
    } catch (error) {
      // It is taken for lost, and made again.
      this.log.debug('how a delivery went could not be stored', { delivery_id: deliveryId, error });
    } finally {
      this.#count(webhookId, -1);
      this.#sleeping.get('send')?.();
    }
  }

  #count(webhookId: string, change: number): void {
    const count = (this.#underWay.get(webhookId) ?? 0) + change;
    if (count === 0) this.#underWay.delete(webhookId);
    else this.#underWay.set(webhookId, count);
  }

  async #repeat(name: string, ms: number, act: () => Promise<boolean>, over = () => false): Promise<void> {
    while (!this.#stopped && !over()) {
      const more = await act().catch((error: unknown) => {
        this.log.debug('webhooks have to wait', { error });
        return false;
      });
      if (!more) await this.#pause(name, ms);
    }
  }

  async #pause(name: string, ms: number): Promise<void> {
    if (this.#stopped) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#sleeping.set(name, () => {
        clearTimeout(timer);
        resolve();
      });
    });
    this.#sleeping.delete(name);
  }
}
