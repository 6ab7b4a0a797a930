import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { removeOld } from '../../src/postgres/housekeeping.js';
import { stoppedClock } from '../support/clock.js';
import { startTestApi, type TestApi } from '../support/test-api.js';

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
  await removeOld(database, clock.read());
  expect(await rows()).toEqual([1, 1, 2, 1]);
  clock.forward(30 * DAY);
  await removeOld(database, clock.read());
  expect(await rows()).toEqual([1, 1, 0, 0]);
  clock.forward(DAY + 1);
  await removeOld(database, clock.read());
  expect(await rows()).toEqual([0, 0, 0, 0]);
});
