import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import type { EventPage } from '../../domain/event/recorded-event.js';
import { knownRows, selectEvents, type EventPlace, type Reading, type TimeWindow } from './event-rows.js';
import { rowsOf } from '../rows.js';

const SETTLE_MS = 5;
const DAY_MS = 86_400_000;
const EVER: TimeWindow = { from: '-infinity', to: 'infinity' };

/**
 * The recorded events in the order of their numbers, without gaps as readers see it. Numbers are drawn before the commit,
 * so a higher one may be there before a lower one is. A reader stops before a number that is missing until nobody can
 * store it any more: then whoever drew it has rolled back. The cursor is the number alone; what is known about missing ones
 * is in memory, so a reader that starts again at its position finds out anew. One reader per object.
 */
export class EventFeed<Row extends EventPlace, Event> {
  /** Every number up to this one is decided: it is there, or never will be. */
  #settled = 0;
  /** Once nobody whose transaction is older than `xid` is left, every number up to `upTo` is decided. */
  #bound: { upTo: number; xid: bigint } | undefined;
  #missing: number | undefined;
  #window = EVER;
  #idle = false;
  #stalledSince: number | undefined;

  /** @param onUnknown called with the type of each event that this release does not know, and that is left out */
  constructor(
    private readonly database: Knex,
    private readonly reading: Reading<Row, Event>,
    private readonly onUnknown?: (type: string) => void,
  ) {}

  /** How long it has been waiting at a number that is missing, with something behind it that cannot be told. */
  get stalledSeconds(): number {
    return this.#stalledSince === undefined ? 0 : (Date.now() - this.#stalledSince) / 1000;
  }

  /** The next events after that number, as far as they are decided. One statement, unless a number is missing. */
  async next(after: number, limit: number): Promise<EventPage<Event>> {
    if (this.#idle && !(await this.#drawnAfter(after))) return { events: [], position: after, more: false };
    let rows = await this.#read(after, limit);
    // A transaction's `at` may be older than the window, a worker's clock wrong: before a number is passed over, it is
    // looked for everywhere.
    if (after < this.#settled && rows.windowed) rows = await this.#read(after, limit);
    const decided = this.#decided(after, rows.found);
    if (decided < rows.found.length) await this.#noteMissing(rows.found, decided, after);
    else this.#missing = undefined;
    this.#stalledSince =
      decided === 0 && rows.found.length > 0 ? (this.#stalledSince ?? Date.now()) : undefined;
    const taken = rows.found.slice(0, decided);
    const events = knownRows(taken, this.onUnknown).flatMap((row) => this.reading.tell(row) ?? []);
    const more = decided < rows.found.length || rows.found.length === limit;
    this.#narrow(rows.now, taken.at(-1), !more);
    this.#idle = rows.found.length === 0;
    return { events, position: taken.at(-1)?.seq ?? after, more };
  }

  /** The last number drawn so far, once all up to it are decided: where somebody begins who wants what happens from now on. */
  async newest(signal?: AbortSignal): Promise<number> {
    const [drawn] = await rowsOf<{ last: string; xid: string }>(
      this.database,
      `select case when is_called then last_value else 0 end as last, pg_current_xact_id()::text as xid from event_seq`,
    );
    const last = Number(drawn!.last);
    while (last > 0 && (await this.#oldestRunning()) < BigInt(drawn!.xid)) {
      await sleep(SETTLE_MS, undefined, { signal });
    }
    this.#settled = Math.max(this.#settled, last);
    return last;
  }

  async #read(after: number, limit: number): Promise<{ found: Row[]; now: Date; windowed: boolean }> {
    const window = after < this.#settled ? EVER : this.#window;
    const { rows, oldestRunning, now } = await selectEvents(
      this.database,
      after,
      limit,
      window,
      this.reading,
    );
    if (this.#bound && oldestRunning >= this.#bound.xid) {
      this.#settled = Math.max(this.#settled, this.#bound.upTo);
      this.#bound = undefined;
    }
    return { found: rows, now, windowed: window !== EVER };
  }

  /** How many of these may be told: up to the first number that is missing and may still come. */
  #decided(after: number, rows: readonly EventPlace[]): number {
    let last = after;
    for (const [index, { seq }] of rows.entries()) {
      if (seq > last + 1 && seq - 1 > this.#settled) return index;
      last = seq;
    }
    return rows.length;
  }

  /** Most numbers that are missing come within a moment: only one that is missed twice is worth a transaction's number. */
  async #noteMissing(rows: readonly EventPlace[], decided: number, after: number): Promise<void> {
    const missing = (rows[decided - 1]?.seq ?? after) + 1;
    if (this.#missing === missing && !this.#bound) {
      // Drawn after those rows were seen, so it is later than every transaction that drew a number up to theirs. The end of
      // a snapshot would not do: transactions beyond it may be running.
      const [drawn] = await rowsOf<{ xid: string }>(
        this.database,
        'select pg_current_xact_id()::text as xid',
      );
      this.#bound = { upTo: rows.at(-1)!.seq, xid: BigInt(drawn!.xid) };
    }
    this.#missing = missing;
  }

  /** So that the next read looks into the partitions of a day or two, not into all. */
  #narrow(now: Date, last: EventPlace | undefined, complete: boolean): void {
    const { from } = this.#window;
    const since = complete ? now : last && new Date(Math.min(last.at.getTime(), now.getTime()));
    this.#window = {
      from: since ? new Date(since.getTime() - DAY_MS) : from,
      to: new Date(now.getTime() + DAY_MS),
    };
  }

  /** Cheaper than to look for events where there are none. */
  async #drawnAfter(after: number): Promise<boolean> {
    const [row] = await rowsOf<{ drawn: boolean }>(
      this.database,
      'select last_value > ? and is_called as drawn from event_seq',
      [after],
    );
    return row!.drawn;
  }

  async #oldestRunning(): Promise<bigint> {
    const [row] = await rowsOf<{ xid: string }>(
      this.database,
      'select pg_snapshot_xmin(pg_current_snapshot())::text as xid',
    );
    return BigInt(row!.xid);
  }
}
