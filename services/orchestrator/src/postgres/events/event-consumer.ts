import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import type { RecordedEvent } from '../../domain/event/recorded-event.js';
import { EventFeed } from './event-feed.js';
import { CHANGES, type EventRow } from './event-rows.js';
import { rowsOf } from '../rows.js';

const PAGE = 500;
const MISSING_MS = 10;

/** What is done about some events, in the transaction that advances the position: keep it short, readers wait for it. */
export type EventHandler = (events: RecordedEvent[], transaction: Knex.Transaction) => Promise<void>;

/**
 * Somebody who must see every event, wherever he was killed: his position is stored, and advanced in the transaction of what
 * he does about the events. Any number of processes may try: one of them has each page.
 */
export class EventConsumer {
  readonly #feed: EventFeed<EventRow, RecordedEvent>;
  #known = false;

  /**
   * @param from where it begins when there is no position yet: with everything that is kept, or with what is new
   * @param onUnknown called with the type of each event that this release does not know, and that is left out
   */
  constructor(
    private readonly database: Knex,
    private readonly name: string,
    private readonly from: 'beginning' | 'now' = 'beginning',
    onUnknown?: (type: string) => void,
  ) {
    this.#feed = new EventFeed(database, CHANGES, onUnknown);
  }

  /** Hands over the next page. @returns whether there may be more right now. */
  async consume(handle: EventHandler, limit = PAGE): Promise<boolean> {
    const position = await this.#position();
    const page = await this.#feed.next(position, limit);
    if (page.position === position) {
      // A number is missing: whoever drew it is about to store it.
      if (page.more) await sleep(MISSING_MS);
      return page.more;
    }
    const advanced = await this.database.transaction(async (transaction) => {
      // Not there at this position: another process has it, or has handled it meanwhile.
      const mine = await rowsOf(
        transaction,
        'select from feed_positions where consumer = ? and seq = ? for update skip locked',
        [this.name, position],
      );
      if (mine.length === 0) return false;
      if (page.events.length > 0) await handle(page.events, transaction);
      await transaction.raw('update feed_positions set seq = ?, updated_at = now() where consumer = ?', [
        page.position,
        this.name,
      ]);
      return true;
    });
    return advanced && page.more;
  }

  /** How long it has been waiting for a transaction that holds a number. */
  get stalledSeconds(): number {
    return this.#feed.stalledSeconds;
  }

  /** How many numbers it is behind the newest. */
  async lag(): Promise<number> {
    const [row] = await rowsOf<{ lag: string }>(
      this.database,
      `select case when is_called then last_value else 0 end
                - coalesce((select seq from feed_positions where consumer = ?), 0) as lag from event_seq`,
      [this.name],
    );
    return Math.max(0, Number(row?.lag ?? 0));
  }

  async #position(): Promise<number> {
    if (!this.#known) {
      const start = this.from === 'now' && !(await this.#stored()) ? await this.#feed.newest() : 0;
      await this.database.raw(
        'insert into feed_positions (consumer, seq) values (?, ?) on conflict do nothing',
        [this.name, start],
      );
      this.#known = true;
    }
    return (await this.#stored()) ?? 0;
  }

  async #stored(): Promise<number | undefined> {
    const [row] = await rowsOf<{ seq: string }>(
      this.database,
      'select seq from feed_positions where consumer = ?',
      [this.name],
    );
    return row && Number(row.seq);
  }
}
