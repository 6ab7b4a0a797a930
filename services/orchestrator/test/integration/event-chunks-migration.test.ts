import { cpSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createPostgres, migrate, silentLogger, rowsOf } from '@provisioning/runtime';
import {
  cloneDatabase,
  temporaryFolder,
  waitFor,
  type TemporaryFolder,
  type TestDatabase,
} from '@provisioning/test-kit';
import type { Knex } from 'knex';
import { SCHEMA_SOURCES } from '../../src/compose/resources.js';
import { EventConsumer } from '../../src/postgres/events/event-consumer.js';
import { EventFeed } from '../../src/postgres/events/event-feed.js';
import { EVERYTHING } from '../../src/postgres/events/event-rows.js';
import { MIGRATIONS } from '../support/test-api.js';

const CHUNKS = '20261130T1820_event_chunks.js';
const SOURCES = { ...SCHEMA_SOURCES, migrations: MIGRATIONS };

let clone: TestDatabase;
let home: TemporaryFolder;
let database: Knex;

/** A database as the release before left it. */
beforeAll(async () => {
  [clone, home] = await Promise.all([cloneDatabase(), temporaryFolder('migrations')]);
  database = createPostgres({
    url: clone.url,
    schema: 'orchestrator',
    applicationName: 'test',
    log: silentLogger,
  });
  // Migrations import nothing that their folder does not have.
  writeFileSync(join(home.path, 'package.json'), '{"type":"module"}');
  for (const name of readdirSync(MIGRATIONS).filter((each) => each.endsWith('.js') && each < CHUNKS))
    cpSync(join(MIGRATIONS, name), join(home.path, name));
  await migrate(database, 'orchestrator', { migrations: home.path }, silentLogger);
});
afterAll(async () => {
  await database.destroy();
  await clone.drop();
  await home.remove();
});

/** As the functions of the previous release record an event. */
async function record(on: Knex): Promise<number> {
  const [row] = await rowsOf<{ seq: string }>(
    on,
    `insert into events (task_id, attempt, type, status) values (gen_random_uuid(), 1, 'ready', 'Ready') returning seq`,
  );
  return Number(row!.seq);
}

/** As processes of the previous release read events. */
async function readAsBefore(after: number, limit: number): Promise<number[]> {
  const rows = await rowsOf<{ seq: string }>(
    database,
    `select seq, id, at, task_id, batch_id, attempt, type, status, details, actor from events
      where seq > ? and at >= now() - interval '1 day' and at < now() + interval '1 day' order by seq limit ${limit}`,
    [after],
  );
  return rows.map(({ seq }) => Number(seq));
}

it('keeps every event, its number and the order, with transactions under way and readers in the middle', async () => {
  const before = [await record(database), await record(database), await record(database)];
  const position = before[0]!;
  await database('feed_positions').insert({ consumer: 'half-way', seq: position });

  // It has drawn its number in the old way and commits while the migration waits for it.
  const open = await database.transaction();
  const late = await record(open);
  const migrated = migrate(database, 'orchestrator', SOURCES, silentLogger);
  await waitFor(async () => {
    const waiting = await rowsOf(
      database,
      `select from pg_locks where not granted and relation = 'orchestrator.event_seq'::regclass`,
    );
    return waiting.length > 0;
  });
  await open.commit();
  await migrated;

  const after = [await record(database), await record(database)];
  const [chunk] = await rowsOf<{ number: string }>(
    database,
    `insert into event_chunks (type, status, batch_id, task_ids, attempts)
       values ('started', 'Running', gen_random_uuid(), array[gen_random_uuid(), gen_random_uuid()], '{1,1}') returning number`,
  );
  after.push(Number(chunk!.number), Number(chunk!.number) + 1);
  const all = [...before, late, ...after];
  expect(all).toEqual([...all].sort((a, b) => a - b));

  const seen: number[] = [];
  const consumer = new EventConsumer(database, 'half-way');
  const handle = async (events: { seq: number }[]) => void seen.push(...events.map(({ seq }) => seq));
  await waitFor(async () => {
    while (await consumer.consume(handle, 2));
    return (await consumer.lag()) === 0;
  });
  expect(seen).toEqual(all.slice(1));

  // A client that reconnects with the number of an old event, or of one within a chunk.
  for (const [index, last] of all.entries()) {
    const { events } = await new EventFeed(database, EVERYTHING).next(last, 100);
    const expected = all.slice(index + 1);
    expect(events.map(({ seq }) => seq)).toEqual(expected.slice(0, events.length));
  }
  expect(await readAsBefore(position, 100)).toEqual(all.slice(1));
  expect(await readAsBefore(all.at(-2)!, 1)).toEqual([all.at(-1)]);

  const ids = await rowsOf<{ id: string }>(database, 'select id from events');
  expect(new Set(ids.map(({ id }) => id)).size).toBe(all.length);
  const again = await rowsOf<{ id: string }>(database, 'select id from events');
  expect(again.map(({ id }) => id).sort()).toEqual(ids.map(({ id }) => id).sort());
});
