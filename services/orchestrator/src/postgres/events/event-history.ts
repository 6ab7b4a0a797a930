import { rowsOf } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { EventPage } from '../../domain/event/recorded-event.js';
import type { EventHistory } from '../../domain/event/event-feed.js';
import { CHUNK, EVERYTHING, knownRows, selectEvents, toEvent } from './event-rows.js';

const HOUR_MS = 3_600_000;
/** For differences between clocks, and long transactions. */
const MARGIN_MS = 300_000;

/** Reads the events of the last hour. */
export class PostgresEventHistory implements EventHistory {
  constructor(private readonly database: Knex) {}

  async between(after: number, until: number, limit: number): Promise<EventPage> {
    const from = new Date(Date.now() - HOUR_MS - MARGIN_MS);
    const window = { from, to: 'infinity' } as const;
    const { rows, isCut } = await selectEvents(this.database, after, limit, window, EVERYTHING);
    const more = isCut && rows.at(-1)!.seq < until;
    return {
      events: knownRows(rows.filter(({ seq }) => seq <= until)).map(toEvent),
      position: more ? rows.at(-1)!.seq : until,
      more,
    };
  }

  async reach(after: number): Promise<'kept' | 'missed' | 'unknown'> {
    const [row] = await rowsOf<{ known: boolean; older: boolean }>(
      this.database,
      `select (select last_value from event_seq) + ${CHUNK - 1} >= :after as known,
              exists (select from event_rows where seq > :after and at < now() - interval '1 hour')
              or exists (select from event_chunks where number > :after - ${CHUNK} and at < now() - interval '1 hour'
                           and number + cardinality(task_ids) - 1 > :after)
              or exists (select from task_logs where seq > :after and at < now() - interval '1 hour') as older`,
      { after },
    );
    return !row!.known ? 'unknown' : row!.older ? 'missed' : 'kept';
  }
}
