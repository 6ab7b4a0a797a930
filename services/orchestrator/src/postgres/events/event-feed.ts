import { rowsOf } from '@provisioning/runtime';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import type { EventPage } from '../../domain/event/recorded-event.js';
import {
  CHUNK,
  knownRows,
  selectEvents,
  type EventPlace,
  type Reading,
  type TimeWindow,
} from './event-rows.js';

const SETTLE_MS = 5;
const DAY_MS = 86_400_000;
const EVER: TimeWindow = { from: '-infinity', to: 'infinity' };

/**
 * Reads events in the order of their numbers. Numbers are drawn before the commit, so an event may become visible before
 * another one with a lower number. The feed stops before a missing number until its transaction has committed or rolled
 * back, so no event is skipped. A position is only a number. What is known about missing numbers is kept in memory, and a
 * new feed determines it again. An object serves one reader.
 */
export class EventFeed<Row extends EventPlace, Event> {
  /** Every number up to this one is settled: its event is visible, or its transaction has rolled back. */
  #settled = 0;
  /** Every number up to `upTo` is settled when no transaction older than `xid` is running. */
  #bound: { upTo: number; xid: bigint } | undefined;
  #missing: number | undefined;
  #window = EVER;
  #idle = false;
  #stalledSince: number | undefined;

  /** @param onUnknown called with the type of each event that this release does not know; such events are skipped */
  constructor(
    private readonly database: Knex,
    private readonly reading: Reading<Row, Event>,
    private readonly onUnknown?: (type: string) => void,
  ) {}

  /** For how many seconds a missing number has been holding back later events. */
  get stalledSeconds(): number {
    return this.#stalledSince === undefined ? 0 : (Date.now() - this.#stalledSince) / 1000;
  }

  /** The next events after a number, up to the first number that is not settled. One statement, unless a number is missing. */
  async next(after: number, limit: number): Promise<EventPage<Event>> {
    if (this.#idle && !(await this.#drawnAfter(after))) return { events: [], position: after, more: false };
    let rows = await this.#read(after, limit);
    // The time of an event may be outside the window (a long transaction, a wrong clock), so a missing number is searched
    // for in all partitions before it is skipped.
    if (after < this.#settled && rows.windowed) rows = await this.#read(after, limit);
    const decided = this.#decided(after, rows.found);
    if (decided < rows.found.length) await this.#noteMissing(rows.found, decided, after);
    else this.#missing = undefined;
    this.#stalledSince =
      decided === 0 && rows.found.length > 0 ? (this.#stalledSince ?? Date.now()) : undefined;
    const taken = rows.found.slice(0, decided);
    const events = knownRows(taken, this.onUnknown).flatMap((row) => this.reading.toEvent(row) ?? []);
    const more = decided < rows.found.length || rows.isCut;
    this.#narrow(rows.now, taken.at(-1), !more);
    this.#idle = rows.found.length === 0;
    return { events, position: taken.at(-1)?.seq ?? after, more };
  }

  /** The newest number, when all numbers up to it are settled: the position of a reader that wants new events only. */
  async newest(signal?: AbortSignal): Promise<number> {
    const [drawn] = await rowsOf<{ last: string; xid: string }>(
      this.database,
      `select case when is_called then last_value else 0 end as last, pg_current_xact_id()::text as xid from event_seq`,
    );
    const last = lastOf(Number(drawn!.last));
    while (last > 0 && (await this.#oldestRunning()) < BigInt(drawn!.xid)) {
      await sleep(SETTLE_MS, undefined, { signal });
    }
    this.#settled = Math.max(this.#settled, last);
    return last;
  }

  /**
   * The highest number, not below `after`, up to which all are settled. Reads no event: for readers that want none at
   * present.
   */
  async settled(after: number): Promise<number> {
    const [row] = await rowsOf<{ last: string; oldest: string }>(
      this.database,
      `select case when is_called then last_value else 0 end as last, pg_snapshot_xmin(pg_current_snapshot())::text as oldest
         from event_seq`,
    );
    const last = lastOf(Number(row!.last));
    this.#settle(BigInt(row!.oldest));
    this.#stalledSince = this.#bound ? (this.#stalledSince ?? Date.now()) : undefined;
    if (last > Math.max(after, this.#settled)) await this.#bind(last);
    return Math.max(after, this.#settled);
  }

  async #read(
    after: number,
    limit: number,
  ): Promise<{ found: Row[]; now: Date; windowed: boolean; isCut: boolean }> {
    const window = after < this.#settled ? EVER : this.#window;
    const { rows, oldestRunning, now, isCut } = await selectEvents(
      this.database,
      after,
      limit,
      window,
      this.reading,
    );
    this.#settle(oldestRunning);
    return { found: rows, now, windowed: window !== EVER, isCut };
  }

  #settle(oldestRunning: bigint): void {
    if (!this.#bound || oldestRunning < this.#bound.xid) return;
    this.#settled = Math.max(this.#settled, this.#bound.upTo);
    this.#bound = undefined;
  }

  /**
   * The number of rows before the first missing number that is not settled. Of a chunk none is missing; numbers of before
   * there were chunks are all settled, because the migration waited for them.
   */
  #decided(after: number, rows: readonly EventPlace[]): number {
    let last = after;
    for (const [index, { seq }] of rows.entries()) {
      if (lastOf(seq) - lastOf(last) > CHUNK && seq - 1 > this.#settled) return index;
      last = seq;
    }
    return rows.length;
  }

  /** Most missing numbers appear within milliseconds, so a transaction id is drawn only for one that is missing twice. */
  async #noteMissing(rows: readonly EventPlace[], decided: number, after: number): Promise<void> {
    const missing = lastOf(rows[decided - 1]?.seq ?? after) + 1;
    if (this.#missing === missing) await this.#bind(rows.at(-1)!.seq);
    this.#missing = missing;
  }

  async #bind(upTo: number): Promise<void> {
    if (this.#bound) return;
    // This id is drawn after those numbers were seen, so it is higher than that of every transaction that drew one of them. The
    // xmax of a snapshot is not sufficient: transactions beyond it may be running.
    const [drawn] = await rowsOf<{ xid: string }>(this.database, 'select pg_current_xact_id()::text as xid');
    this.#bound = { upTo, xid: BigInt(drawn!.xid) };
  }

  /** Narrows the window, so that the next read uses one or two partitions. */
  #narrow(now: Date, last: EventPlace | undefined, complete: boolean): void {
    const { from } = this.#window;
    const since = complete ? now : last && new Date(Math.min(last.at.getTime(), now.getTime()));
    this.#window = {
      from: since ? new Date(since.getTime() - DAY_MS) : from,
      to: new Date(now.getTime() + DAY_MS),
    };
  }

  /** Whether a number was drawn since. Cheaper than a search for events. */
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

/** The last number of the chunk that has this number. */
function lastOf(seq: number): number {
  return seq - (seq % CHUNK) + CHUNK - 1;
}
