/** A claimed attempt to send a delivery. */
export interface Attempt {
  deliveryId: string;
  attempt: number;
  webhookId: string;
  /** Null for a webhook that acts for the platform. */
  ownerId: string | null;
  /** The roles that limit what is sent; null: all roles of the owner. */
  ownerRoles: readonly string[] | null;
  url: string;
  event: string;
  at: Date;
  /** JSON text. */
  data: string;
  /** The present secret, then the previous one if it is still valid. Empty if none can be decrypted. */
  secrets: readonly string[];
}

/** The outcome of an attempt. */
export interface Outcome {
  status: number | null;
  /** Null if the endpoint accepted it. */
  error: string | null;
  /** Nothing was sent: the address is not allowed. */
  refused: boolean;
  /** Seconds for which the endpoint asked for no requests (Retry-After); null if it did not. */
  retryAfter: number | null;
  /** The endpoint answered 410: it wants no more requests. */
  gone: boolean;
  /** Nothing was sent, and no retry follows: the owner of the webhook may not read the event. */
  withheld: boolean;
}

/** The queue of deliveries, shared by all processes. */
export interface DeliveryQueue {
  /** Queues deliveries of new events. @returns whether more events may be available now */
  fill(): Promise<boolean>;
  /**
   * Claims attempts that are due. The caller must settle them.
   * @param busy webhooks that get no further attempts now
   * @param each number of attempts for each webhook, at most
   */
  claim(busy: readonly string[], each: number): Promise<Attempt[]>;
  /**
   * Stores the outcome of an attempt.
   * @param waitSeconds until the next attempt, if one follows
   * @param pauseSeconds for which nothing is sent to the endpoint; null for no pause
   */
  settle(attempt: Attempt, outcome: Outcome, waitSeconds: number, pauseSeconds: number | null): Promise<void>;
  /** Fails some of the deliveries that are too old. @returns whether there may be more */
  failLate(): Promise<boolean>;
}

/** Sends one attempt. */
export type Send = (attempt: Attempt) => Promise<Outcome>;

const EACH = 4;
const FIRST_WAIT_SECONDS = 5;
const LONGEST_WAIT_SECONDS = 7_200;

/** Seconds of a pause that the endpoint asked for: at most the longest wait between two attempts. */
export function pauseAfter({ retryAfter }: Pick<Outcome, 'retryAfter'>): number | null {
  return retryAfter === null ? null : Math.min(retryAfter, LONGEST_WAIT_SECONDS);
}

/** Seconds until the attempt after `attempt` (from 1): exponential backoff with jitter, two hours at most, about 18 attempts a day. */
export function waitAfter(attempt: number, random: () => number = Math.random): number {
  const wait = Math.min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 4 ** (attempt - 1));
  return wait * (0.75 + random() / 4);
}

/** Sends deliveries at least once. Any number of processes may run one: attempts of a process that died are due again. */
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

  /** Gives up deliveries that are too old, some at a time. @returns whether there may be more */
  failLate(): Promise<boolean> {
    return this.queue.failLate();
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
        this.log.warn('a webhook was disabled: its endpoint answered 410', {
          webhook_id: webhookId,
          delivery_id: deliveryId,
        });
    } catch (error) {
      // The attempt counts as lost and is repeated.
      this.log.debug('the outcome of a delivery could not be stored', { delivery_id: deliveryId, error });
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
