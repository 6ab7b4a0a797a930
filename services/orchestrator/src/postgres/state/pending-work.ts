import { rowsOf } from '@provisioning/runtime';
import type { Knex } from 'knex';

/** An answer is shared by all jobs that ask within this time, in milliseconds. */
const SHARED_MS = 250;

/** What periodic jobs of the API processes look for. */
export interface Pending {
  /** Events that were not sent to the audit trail. */
  audit: boolean;
  /** Events of which no deliveries were made yet. */
  webhooks: boolean;
  /** Deliveries that are due. */
  deliveries: boolean;
  /** Decisions that the control center does not have. */
  decisions: boolean;
  /** Plans that are not at their end. */
  plans: boolean;
}

/**
 * A position below the last number that was drawn may only mean that a transaction was rolled back. A consumer without a
 * position has not begun.
 */
const PENDING = `
  with drawn as materialized (select case when is_called then last_value else 0 end as number from event_seq),
       read_up_to as materialized (select consumer, seq from feed_positions)
  select (select number from drawn) > coalesce((select seq from read_up_to where consumer = 'audit'), -1) as audit,
         (select number from drawn) > coalesce((select seq from read_up_to where consumer = 'webhooks'), -1) as webhooks,
         exists (select from webhook_deliveries where state = 'pending' and next_attempt_at <= now()) as deliveries,
         exists (select from decision_outbox) as decisions,
         exists (select from plans where status in ('Planning', 'Planned', 'Approved', 'Executing')) as plans`;

/** Knows with one statement, which writes nothing, whether the periodic jobs of an API process have anything to do. */
export class PendingWork {
  #answer: { askedAt: number; pending: Promise<Pending> } | undefined;

  constructor(private readonly database: Knex) {}

  /**
   * Whether there is something of a kind, at most {@link SHARED_MS} ago.
   * @throws the error of Postgres
   */
  async has(kind: keyof Pending): Promise<boolean> {
    const now = performance.now();
    if (!this.#answer || now - this.#answer.askedAt > SHARED_MS)
      this.#answer = { askedAt: now, pending: this.#look() };
    return (await this.#answer.pending)[kind];
  }

  async #look(): Promise<Pending> {
    const [pending] = await rowsOf<Pending>(this.database, PENDING);
    return pending!;
  }
}
