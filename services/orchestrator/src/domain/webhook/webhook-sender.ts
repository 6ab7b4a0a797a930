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
  #onRoom: () => void = () => {};
  #prepared: Promise<void> | undefined;

  constructor(
    private readonly queue: DeliveryQueue,
    private readonly send: Send,
    /** Has to succeed once before anything is filled or sent; every run tries it until it has. */
    private readonly prepare: () => Promise<void>,
    private readonly log: {
      debug(message: string, fields?: object): void;
      warn(message: string, fields?: object): void;
    },
  ) {}

  /** @param listener called when an endpoint has room for another attempt: there may be one to claim */
  onRoom(listener: () => void): void {
    this.#onRoom = listener;
  }

  /** Makes deliveries of one page of events. @returns whether there may be more. @throws what the queue throws */
  async fill(): Promise<boolean> {
    await this.#prepareOnce();
    return this.queue.fill();
  }

  /**
   * Claims the attempts that are due and begins them; it does not wait for their ends. Where more is due than fits, the
   * rest is claimed when there is room.
   * @throws what the queue throws
   */
  async sendDue(): Promise<void> {
    await this.#prepareOnce();
    const busy = [...this.#underWay].filter(([, count]) => count >= EACH).map(([id]) => id);
    for (const attempt of await this.queue.claim(busy, EACH)) {
      const sent = this.#attempt(attempt).finally(() => this.#open.delete(sent));
      this.#open.add(sent);
    }
  }

  /** Gives up deliveries that are too old and deletes those that ended long ago. */
  async expire(): Promise<void> {
    await this.queue.expire();
  }

  /** Resolves when no attempt is under way: each ends within seconds. */
  async settled(): Promise<void> {
    await Promise.all(this.#open);
  }

  #prepareOnce(): Promise<void> {
    this.#prepared ??= this.prepare().catch((error: unknown) => {
      this.#prepared = undefined;
      throw error;
    });
    return this.#prepared;
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
      this.#onRoom();
    }
  }

  #count(webhookId: string, change: number): void {
    const count = (this.#underWay.get(webhookId) ?? 0) + change;
    if (count === 0) this.#underWay.delete(webhookId);
    else this.#underWay.set(webhookId, count);
  }
}
