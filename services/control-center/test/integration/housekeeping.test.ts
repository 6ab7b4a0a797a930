import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { tableSizesReader } from '@provisioning/runtime';
import { compareWithRetentionList } from '@provisioning/test-kit';
import { removeOld } from '../../src/postgres/housekeeping.js';
import { stoppedClock } from '../support/clock.js';
import { startTestApi, type TestApi } from '../support/test-api.js';

const PERIODS = { sessionDays: 30, decisionDays: 30 };
const DAY = 24 * 60 * 60_000;
const clock = stoppedClock();
let service: TestApi;
beforeAll(async () => {
  service = await startTestApi({}, { clock: clock.read });
});
afterAll(() => service.close());

it('removes sessions a month after their end, and failures and revocations once they no longer count', async () => {
  const { database } = service.api.opened;
  const rows = async () =>
    Promise.all(
      ['sessions', 'rotated_tokens', 'login_attempts', 'revocations'].map(
        async (table) => (await database(table)).length,
      ),
    );
  const token = await service.token();
  await service.http.post('/auth/refresh').send({ token }).expect(200);
  await service.http.post('/auth/login').send({ username: 'admin', password: 'wrong-password' }).expect(401);
  await removeOld(database, clock.read(), PERIODS);
  expect(await rows()).toEqual([1, 1, 2, 1]);
  clock.forward(30 * DAY);
  await removeOld(database, clock.read(), PERIODS);
  expect(await rows()).toEqual([1, 1, 0, 0]);
  clock.forward(DAY + 1);
  await removeOld(database, clock.read(), PERIODS);
  expect(await rows()).toEqual([0, 0, 0, 0]);
});

it('deletes a bounded number of rows in each run', async () => {
  const { database } = service.api.opened;
  const at = clock.read();
  await database.raw(
    `insert into login_attempts (key, count, expires_at) select n::text::bytea, 1, ?::timestamptz - interval '1 s' from generate_series(1, 25) n`,
    [at],
  );
  const left = async () => (await database('login_attempts')).length;
  const bounds = { stepRows: 5, steps: 2 };
  expect(await removeOld(database, at, PERIODS, bounds)).toBe(true);
  expect(await left()).toBe(15);
  // A row that another transaction holds is left for a later run.
  const holder = await database.transaction();
  await holder.raw('select from login_attempts order by key limit 1 for update');
  await removeOld(database, at, PERIODS);
  expect(await left()).toBe(1);
  await holder.commit();
  expect(await removeOld(database, at, PERIODS)).toBe(false);
  expect(await left()).toBe(0);
});

it('has a documented retention for each table', async () => {
  const tables = await tableSizesReader(service.api.opened.database)();
  const names = tables.map(({ name }) => name);
  expect(compareWithRetentionList('Control center', names)).toEqual({ notListed: [], notFound: [] });
});
