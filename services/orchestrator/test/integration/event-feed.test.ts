import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { createPostgres, silentLogger, rowsOf } from '@provisioning/runtime';
import { cloneDatabase, waitFor, type TestDatabase } from '@provisioning/test-kit';
import fc from 'fast-check';
import type { Knex } from 'knex';
import type { RecordedEventType } from '../../src/domain/event/catalogue.js';
import type { EventFeedSource } from '../../src/domain/event/event-feed.js';
import { EventConsumer } from '../../src/postgres/events/event-consumer.js';
import { EventFeed } from '../../src/postgres/events/event-feed.js';
import { CHANGES, changesOf, CHUNK, EVERYTHING } from '../../src/postgres/events/event-rows.js';

let clone: TestDatabase;
let database: Knex;

beforeAll(async () => {
  clone = await cloneDatabase('orchestrator');
  database = createPostgres({
    url: clone.url,
    schema: 'orchestrator',
    applicationName: 'test',
    log: silentLogger,
    poolMax: 20,
  });
});
afterAll(async () => {
  await database.destroy();
  await clone.drop();
});
beforeEach(() => database.raw('truncate event_rows, event_chunks, task_logs, feed_positions'));

async function record(on: Knex, type: RecordedEventType = 'ready'): Promise<number> {
  const [row] = await rowsOf<{ seq: string }>(
    on,
    `insert into events (task_id, attempt, type, status) values (gen_random_uuid(), 1, ?, 'Ready') returning seq`,
    [type],
  );
  return Number(row!.seq);
}

async function newest(): Promise<number> {
  return new EventFeed(database, EVERYTHING).newest();
}

/** Reads until that number was delivered. */
async function readTo(feed: EventFeedSource, after: number, last: number): Promise<number[]> {
  const seen: number[] = [];
  for (let position = after; position < last;) {
    const page = await feed.next(position, 100);
    seen.push(...page.events.map(({ seq }) => seq));
    position = page.position;
  }
  return seen;
}

/** One writer's transaction: pauses between its events, in milliseconds, and how it ends. */
const transactions = fc.array(
  fc.record({ pauses: fc.array(fc.nat(12), { minLength: 1, maxLength: 3 }), commits: fc.boolean() }),
  { minLength: 1, maxLength: 6 },
);
const writers = fc.array(transactions, { minLength: 2, maxLength: 8 });

it('delivers each committed event to every reader exactly once and in one order, under any writers', async () => {
  await fc.assert(
    fc.asyncProperty(writers, fc.integer({ min: 1, max: 7 }), async (plan, pageSize) => {
      const start = await newest();
      const committed: number[] = [];
      let writing = true;

      const write = async (todo: (typeof plan)[number]) => {
        for (const { pauses, commits } of todo) {
          const transaction = await database.transaction();
          const drawn: number[] = [];
          for (const pause of pauses) {
            drawn.push(await record(transaction));
            await sleep(pause);
          }
          if (commits) {
            await transaction.commit();
            committed.push(...drawn);
          } else await transaction.rollback();
        }
      };
      /** At intervals one restarts from its position, with open transactions there. */
      const read = async (restarts: boolean) => {
        const seen: number[] = [];
        let feed = new EventFeed(database, EVERYTHING);
        for (let position = start, reads = 0; ; reads += 1) {
          if (restarts && reads % 3 === 0) feed = new EventFeed(database, EVERYTHING);
          const over = !writing;
          const page = await feed.next(position, pageSize);
          seen.push(...page.events.map(({ seq }) => seq));
          position = page.position;
          if (over && !page.more) return seen;
        }
      };
      const readers = [read(false), read(false), read(true)];
      await Promise.all(plan.map(write));
      writing = false;
      const expected = committed.sort((a, b) => a - b);
      for (const seen of await Promise.all(readers)) expect(seen).toEqual(expected);
    }),
    { numRuns: 15 },
  );
});

it('waits for a number drawn by a transaction that is younger than the newest that has ended', async () => {
  const start = await newest();
  const older = await database.transaction();
  await older.raw('select pg_current_xact_id()');
  const younger = await database.transaction();
  const first = await record(younger);
  const second = await record(older);
  await older.commit();
  const feed = new EventFeed(database, EVERYTHING);
  for (let reads = 0; reads < 5; reads += 1) {
    expect(await feed.next(start, 10)).toMatchObject({ events: [], position: start, more: true });
  }
  await younger.commit();
  expect(await readTo(feed, start, second)).toEqual([first, second]);
});

it('continues after numbers that were rolled back, and after restarts at an open gap', async () => {
  const start = await newest();
  const lost = await database.transaction();
  await record(lost);
  const kept = await record(database);
  await new EventFeed(database, EVERYTHING).next(start, 10);
  await lost.rollback();
  expect(await readTo(new EventFeed(database, EVERYTHING), start, kept)).toEqual([kept]);
});

it('starts from now only when all earlier numbers are decided', async () => {
  const open = await database.transaction();
  const before = await record(open);
  const starting = newest();
  const late = Symbol('late');
  expect(await Promise.race([starting, sleep(60, late)])).toBe(late);
  await open.commit();
  expect(await starting).toBe(before + CHUNK - 1);
});

it('finds events outside of the time range that it searches', async () => {
  const feed = new EventFeed(database, EVERYTHING);
  const start = await newest();
  const first = await record(database);
  expect(await readTo(feed, start, first)).toEqual([first]);
  await database.raw(
    `create table event_chunks_ago partition of event_chunks for values from ('2020-01-01') to ('2020-01-02')`,
  );
  const [old] = await rowsOf<{ seq: string }>(
    database,
    `insert into events (task_id, attempt, type, status, at)
       values (gen_random_uuid(), 1, 'ready', 'Ready', '2020-01-01T12:00Z') returning seq`,
  );
  const last = await record(database);
  expect(await readTo(feed, first, last)).toEqual([Number(old!.seq), last]);
});

it('gives a transaction its number before it draws one of an event', async () => {
  for (const [table, column] of [
    ['event_chunks', 'number'],
    ['task_logs', 'seq'],
  ] as const) {
    const [found] = await rowsOf<{ value: string }>(
      database,
      `select pg_get_expr(adbin, adrelid) as value from pg_attrdef join pg_attribute on attrelid = adrelid and attnum = adnum
        where adrelid = ?::regclass and attname = ?`,
      [table, column],
    );
    const transaction = await database.transaction();
    await transaction.raw(`select ${found!.value}`);
    const [row] = await rowsOf<{ xid: string | null }>(
      transaction,
      'select pg_current_xact_id_if_assigned()::text as xid',
    );
    await transaction.rollback();
    expect(row!.xid).not.toBeNull();
  }
});

it('counts chunks of the log in the same sequence', async () => {
  const start = await newest();
  const before = await record(database);
  await database.raw(
    `insert into task_logs (task_id, attempt, first_line, line_count, text, at) values (gen_random_uuid(), 1, 3, 2, e'a\\nb', now())`,
  );
  const after = await record(database);
  const { events } = await new EventFeed(database, EVERYTHING).next(start, 10);
  expect(events.map(({ seq }) => seq)).toEqual([before, before + CHUNK, after]);
  expect(events[1]!.log).toEqual({ firstLine: 3, lineCount: 2, text: 'a\nb', truncated: false });
  const without = await new EventFeed(database, CHANGES).next(start, 10);
  expect(without.events.map(({ seq }) => seq)).toEqual([before, after]);
  const others = await new EventFeed(database, changesOf('others', ['finished'])).next(start, 10);
  expect(others).toMatchObject({ events: [], position: after });
});

it('reads a chunk as its events, from any of them on, and whole however small the page is', async () => {
  const start = await newest();
  const first = await record(database);
  const [chunk] = await rowsOf<{ number: string }>(
    database,
    `insert into event_chunks (type, status, batch_id, task_ids, attempts, details, own)
       values ('finished', 'Completed', gen_random_uuid(), array[gen_random_uuid(), gen_random_uuid(), gen_random_uuid()],
               '{1,2,3}', '{"both": true}', '[{"exit_code": 0}, {}, {"exit_code": 2}]') returning number`,
  );
  const number = Number(chunk!.number);
  const last = await record(database);
  const all = [first, number, number + 1, number + 2, last];
  for (const limit of [1, 2, 3, 100]) {
    const feed = new EventFeed(database, EVERYTHING);
    const seen: number[] = [];
    for (let position = start, more = true; more;) {
      const page = await feed.next(position, limit);
      seen.push(...page.events.map(({ seq }) => seq));
      ({ position, more } = page);
    }
    expect(seen).toEqual(all);
  }
  for (const [index, after] of all.entries()) {
    const { events } = await new EventFeed(database, EVERYTHING).next(after, 10);
    expect(events.map(({ seq }) => seq)).toEqual(all.slice(index + 1));
  }
  const { events } = await new EventFeed(database, EVERYTHING).next(first, 10);
  expect(events.slice(0, 3).map(({ attempt, details }) => [attempt, details])).toEqual([
    [1, { both: true, exit_code: 0 }],
    [2, { both: true }],
    [3, { both: true, exit_code: 2 }],
  ]);
  const viewed = await database('events').where('seq', '>', start).orderBy('seq');
  expect(
    viewed.map(({ seq, attempt, details }: Record<string, unknown>) => [Number(seq), attempt, details]),
  ).toEqual([
    [first, 1, {}],
    ...events.slice(0, 3).map(({ seq, attempt, details }) => [seq, attempt, details]),
    [last, 1, {}],
  ]);
});

it('skips what nobody needs without leaving out what a new reader needs', async () => {
  const consumer = new EventConsumer(database, 'webhooks-like');
  const open = await database.transaction();
  const held = await record(open);
  const behind = await record(database);
  const skip = (isNeeded: boolean) => consumer.skip(() => Promise.resolve(isNeeded));
  // A number is missing: nothing is passed.
  for (let turn = 0; turn < 3; turn += 1) expect(await skip(false)).toBe(true);
  await open.commit();
  const seen: number[] = [];
  const handle = async (events: { seq: number }[]) => void seen.push(...events.map(({ seq }) => seq));
  expect(await skip(true)).toBe(false);
  await waitFor(async () => {
    await consumer.consume(handle);
    return (await consumer.lag()) === 0;
  });
  expect(seen).toEqual([held, behind]);
  await record(database);
  await waitFor(async () => (await skip(false)) && (await consumer.lag()) === 0);
  await consumer.consume(handle);
  expect(seen).toEqual([held, behind]);
});

it('delivers each event to one of a consumer’s processes, and again where the first did not commit', async () => {
  await database.raw('create table if not exists handled (seq bigint)');
  const handle = async (events: { seq: number }[], transaction: Knex.Transaction) => {
    await transaction('handled').insert(events.map(({ seq }) => ({ seq })));
  };
  const recorded: number[] = [];
  for (let n = 0; n < 50; n += 1) recorded.push(await record(database));
  const failing = new EventConsumer(database, 'c');
  const killed = async () => {
    for (;;) {
      await failing.consume(async (events, transaction) => {
        await handle(events, transaction);
        throw new Error('killed');
      });
    }
  };
  await expect(killed()).rejects.toThrow('killed');
  const processes = [1, 2, 3].map(() => new EventConsumer(database, 'c'));
  await waitFor(async () => {
    await Promise.all(processes.map((process) => process.consume(handle, 7)));
    return (await processes[0]!.lag()) === 0;
  });
  const rows = await rowsOf<{ seq: string }>(database, 'select seq from handled order by seq');
  expect(rows.map(({ seq }) => Number(seq))).toEqual(recorded);
});

it('reports how long it has been waiting for a transaction that does not end', async () => {
  const consumer = new EventConsumer(database, 'waiting', 'now');
  const seen: number[] = [];
  const consume = () => consumer.consume(async (events) => void seen.push(...events.map(({ seq }) => seq)));
  await consume();
  expect(consumer.stalledSeconds).toBe(0);
  const open = await database.transaction();
  const held = await record(open);
  const behind = await record(database);
  await waitFor(async () => {
    await consume();
    return consumer.stalledSeconds > 0;
  });
  expect(seen).toEqual([]);
  await open.commit();
  while (await consume());
  expect(seen).toEqual([held, behind]);
  expect(consumer.stalledSeconds).toBe(0);
});

it('lets a consumer begin with new events', async () => {
  await record(database);
  const consumer = new EventConsumer(database, 'fresh', 'now');
  const seen: number[] = [];
  const handle = async (events: { seq: number }[]) => void seen.push(...events.map(({ seq }) => seq));
  await consumer.consume(handle);
  const fresh = await record(database);
  while (await consumer.consume(handle));
  expect(seen).toEqual([fresh]);
});
