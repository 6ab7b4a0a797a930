import { rowsOf } from '@provisioning/runtime';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import type { RecordedEvent } from '../../domain/event/recorded-event.js';
import { EventFeed } from './event-feed.js';
import { CHANGES, type EventRow, type Reading } from './event-rows.js';

const PAGE = 500;
const MISSING_MS = 10;

/** Handles events in the transaction that advances the position. It must be short: other processes wait for it. */
export type EventHandler = (events: RecordedEvent[], transaction: Knex.Transaction) => Promise<void>;

/**
 * Reads every event exactly once, also across crashes: the position is stored, and advanced in the transaction that handles
 * the events. Any number of processes may run the same consumer: each page is handled by one of them.
 */
export class EventConsumer {
  readonly #feed: EventFeed<EventRow, RecordedEvent>;
  #known = false;

  /**
   * @param from the first position: `beginning` reads all stored events, `now` only new ones
   * @param reading which events are handled
   * @param onUnknown called with the type of each event that this release does not know; such events are skipped
   */
  constructor(
    private readonly database: Knex,
    private readonly name: string,
    private readonly from: 'beginning' | 'now' = 'beginning',
    onUnknown?: (type: string) => void,
    reading: Reading<EventRow, RecordedEvent> = CHANGES,
  ) {
    this.#feed = new EventFeed(database, reading, onUnknown);
  }

  /** Handles the next page. @returns whether more events may be available now */
  async consume(handle: EventHandler, limit = PAGE): Promise<boolean> {
    const position = await this.#position();
    const page = await this.#feed.next(position, limit);
    if (page.position === position) {
      // A number is missing: its transaction has not committed yet.
      if (page.more) await sleep(MISSING_MS);
      return page.more;
    }
    const advanced = await this.database.transaction(async (transaction) => {
      // No row at this position: another process is handling the page, or has handled it.
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

  /**
   * Advances past all settled events without reading them, unless `isNeeded` answers that they are. It is asked after these
   * events were committed, so what it does not see yet began after them.
   * @returns whether it has advanced past them
   */
  async skip(isNeeded: () => Promise<boolean>): Promise<boolean> {
    const position = await this.#position();
    const settled = await this.#feed.settled(position);
    if (await isNeeded()) return false;
    if (settled > position)
      await this.database.raw(
        'update feed_positions set seq = ?, updated_at = now() where consumer = ? and seq = ?',
        [settled, this.name, position],
      );
    return true;
  }

  /** For how many seconds it has been waiting for a transaction that holds a number. */
  get stalledSeconds(): number {
    return this.#feed.stalledSeconds;
  }

  /** Numbers between its position and the newest one that was drawn; 0 when it has read everything. */
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
