import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createKeyring } from '@provisioning/auth-token';
import { createPostgres, createRegistry, silentLogger, rowsOf } from '@provisioning/runtime';
import { cloneDatabase, waitFor, type TestDatabase } from '@provisioning/test-kit';
import type { Knex } from 'knex';
import { v7 as uuidv7 } from 'uuid';
import { composeWebhooks } from '../../src/compose/webhooks.js';
import { RECORDED_EVENT_TYPES } from '../../src/domain/event/catalogue.js';
import { EventFeed } from '../../src/postgres/events/event-feed.js';
import {
  CHANGES,
  changesOf,
  EVERYTHING,
  type EventPlace,
  type Reading,
} from '../../src/postgres/events/event-rows.js';
import { PostgresEventHistory } from '../../src/postgres/events/event-history.js';
import { typesOfSql, writtenEventTypes } from '../support/written-event-types.js';

let clone: TestDatabase;
let database: Knex;

beforeAll(async () => {
  clone = await cloneDatabase('orchestrator');
  database = createPostgres({
    url: clone.url,
    schema: 'orchestrator',
    applicationName: 'test',
    log: silentLogger,
  });
});
afterAll(async () => {
  await database.destroy();
  await clone.drop();
});

/** Chunks of the log are rows of `task_logs`. */
const inEvents = RECORDED_EVENT_TYPES.filter((type) => type !== 'log').sort();

describe('the catalogue of recorded events', () => {
  it('lists exactly what SQL and TypeScript record', () => {
    expect([...writtenEventTypes()].sort()).toEqual(inEvents);
  });

  it('lists what the check of the table allows, which has been validated', async () => {
    const checks = await rowsOf<{ definition: string; valid: boolean }>(
      database,
      `select pg_get_constraintdef(oid) as definition, convalidated as valid from pg_constraint
        where conname = 'events_type_known' and conrelid::regclass::text ~ 'event_chunks'`,
    );
    expect(checks.length).toBeGreaterThan(1); // the table and its partitions
    for (const { definition, valid } of checks) {
      expect([...definition.matchAll(/'(\w+)'/g)].map(([, type]) => type).sort()).toEqual(inEvents);
      expect(valid).toBe(true);
    }
  });

  it('is enforced by the database, also in partitions that are created later', async () => {
    const record = (type: string, at: string) =>
      database.raw(`insert into events (attempt, type, status, at) values (0, ?, '', ${at})`, [type]);
    await database.raw('select create_partitions(9)');
    for (const at of ['now()', `now() + interval '9 days'`]) {
      await record('health', at);
      await expect(record('invented', at)).rejects.toThrow('events_type_known');
    }
  });
});

describe('the types that SQL records', () => {
  it('are found in calls and insertions', () => {
    const sql = `
      perform record_event(null, f(a, b), 0, 'one', 'Done', jsonb_build_object('two', 'three'));
      perform record_events(array(select id from t), case when x = 'no' then 'four' else 'five' end, '{}');
      insert into event_chunks (task_ids, type) select f(id, 'no'), case s when 'no' then 'six' else 'seven' end from t;
      insert into event_chunks (task_ids, type, status) values (p_task, p_type, 'no');`;
    expect(typesOfSql(sql, 'x.sql').sort()).toEqual(['five', 'four', 'one', 'seven', 'six']);
  });

  it.each([
    "perform record_event(null, null, 0, some_type, 'Done', '{}');",
    "perform record_events(ids, 'a' || b, '{}');",
    "perform record_events(ids, case when x then 'a' else b end, '{}');",
    'insert into event_chunks (task_ids, status) select id, status from t;',
    'insert into event_chunks select * from t;',
  ])('must be literals: %s', (sql) => {
    expect(() => typesOfSql(sql, 'x.sql')).toThrow('x.sql');
  });
});

describe('the types of a newer release', () => {
  // Its migration has widened the check.
  beforeAll(() => database.raw('alter table event_chunks drop constraint events_type_known'));

  const record = async (type: string) => {
    const [row] = await rowsOf<{ seq: string }>(
      database,
      `insert into events (attempt, type, status) values (0, ?, 'Healthy') returning seq`,
      [type],
    );
    return Number(row!.seq);
  };

  it('are skipped by every reader', async () => {
    const start = await new EventFeed(database, EVERYTHING).newest();
    const known = await record('health');
    const last = await record('toString');
    const readWith = async <Row extends EventPlace, Event extends { seq: number }>(
      reading: Reading<Row, Event>,
    ) => {
      const unknown: string[] = [];
      const { events, position } = await new EventFeed(database, reading, (type) => unknown.push(type)).next(
        start,
        10,
      );
      return { seqs: events.map(({ seq }) => seq), position, unknown };
    };
    const expected = { seqs: [known], position: last, unknown: ['toString'] };
    expect(await readWith(EVERYTHING)).toEqual(expected);
    expect(await readWith(CHANGES)).toEqual(expected);
    expect(await readWith(changesOf('health_only', ['health']))).toEqual(expected);
    const history = new PostgresEventHistory(database);
    const { events, position, more } = await history.between(start, last, 10);
    expect([events.map(({ seq }) => seq), position, more]).toEqual([[known], last, false]);
    // A page of only those is not taken for the end.
    expect(await history.between(known, last + 5, 1)).toEqual({ events: [], position: last, more: true });
  });

  it('are counted, and each of them is logged once', async () => {
    const registry = createRegistry();
    const logged: object[] = [];
    const { sender } = composeWebhooks(
      {
        database,
        registry,
        log: { ...silentLogger, warn: (message, fields) => logged.push({ message, ...fields }) },
      },
      {
        config: { allowPrivate: false, endpoints: [] },
        keyring: createKeyring(['a-secret-of-the-tests-that-is-long-enough']),
        rights: { refusalOf: () => Promise.resolve(undefined) },
      },
    );
    // Without an endpoint no event is read.
    await database('webhooks').insert({
      id: uuidv7(),
      source: 'api',
      url: 'https://hooks.example.org',
      enabled: true,
      events: ['task.completed'],
      secret: 'sealed',
    });
    for (const type of ['drained', 'drained', 'moved']) await record(type);
    const last = await record('health');
    await waitFor(async () => {
      await sender.fill();
      return database('feed_positions').where({ consumer: 'webhooks', seq: last }).first();
    });
    expect(await registry.metrics()).toMatch(/^orchestrator_unknown_events_total 4$/m);
    const message = 'an event of an unknown type was read and stays private';
    expect(logged).toEqual(
      expect.arrayContaining([
        { message, type: 'drained' },
        { message, type: 'moved' },
      ]),
    );
    expect(logged.filter((entry) => 'type' in entry && entry.type === 'drained')).toHaveLength(1);
  });
});
