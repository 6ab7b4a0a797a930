import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { testApi, type TestApi } from '../support/test-api.js';

/** Consecutive failures after which an endpoint is paused. */
const FAILURES = 5;
const EACH = 4;

interface Claimed {
  id: string;
  attempt: number;
}

let api: TestApi;
let webhook: string;

beforeAll(async () => {
  api = await testApi({ RATE_LIMIT_BATCH: '0', WEBHOOKS_ALLOW_PRIVATE: 'true' });
  const { body } = await api
    .as('admin')
    .post('/webhooks')
    .send({ url: 'http://127.0.0.1:9/', events: ['batch.failed'] })
    .expect(201);
  webhook = body.data.id as string;
  for (let count = 0; count < 12; count++)
    await api.as('admin').post(`/webhooks/${webhook}/test`).expect(200);
});
afterAll(() => api.stop());

async function claim(): Promise<Claimed[]> {
  const { rows } = await api.database.raw<{ rows: { delivery: Claimed }[] }>(
    'select delivery from claim_deliveries(array[]::uuid[], ?, 20, ?)',
    [EACH, FAILURES],
  );
  return rows.map(({ delivery }) => delivery);
}

async function settle(attempts: readonly Claimed[], error: string | null): Promise<void> {
  for (const { id, attempt } of attempts)
    await api.database.raw('select settle_delivery(?, ?, ?, ?, 5, false, ?)', [
      ...[id, attempt, error === null ? 200 : 503, error],
      FAILURES,
    ]);
}
const fail = (attempts: readonly Claimed[]) => settle(attempts, 'The endpoint answered with 503.');

/** How often the endpoint failed in a row, and for how many seconds it was paused at that point. */
async function breaker(): Promise<{ failures: number; seconds: number | null }> {
  const { rows } = await api.database.raw<{ rows: { failures: number; seconds: number | null }[] }>(
    'select failures, round(extract(epoch from open_until - last_failure_at))::int as seconds from webhooks where id = ?',
    [webhook],
  );
  return rows[0]!;
}
/** As if the waiting time had passed. */
async function later(): Promise<void> {
  const past = new Date(0);
  await api.database('webhook_deliveries').where({ state: 'pending' }).update({ next_attempt_at: past });
  await api.database('webhooks').whereNotNull('open_until').update({ open_until: past });
}

it('counts concurrent failures once, pauses for seconds first, and continues with one delivery', async () => {
  const together = await claim();
  expect(together).toHaveLength(EACH);
  await fail(together);
  expect(await breaker()).toEqual({ failures: 1, seconds: null });
  for (let failures = 2; failures < FAILURES; failures++) {
    await later();
    await fail(await claim());
    expect(await breaker()).toEqual({ failures, seconds: null });
  }
  await later();
  const last = await claim();
  await fail(last.slice(0, 1));
  expect(await breaker()).toEqual({ failures: FAILURES, seconds: 2 });
  await fail(last.slice(1));
  expect(await breaker()).toEqual({ failures: FAILURES, seconds: 2 });
  expect(await claim()).toEqual([]);

  await later();
  const probe = await claim();
  expect(probe).toHaveLength(1);
  expect(await claim()).toEqual([]);
  await fail(probe);
  expect(await breaker()).toEqual({ failures: FAILURES + 1, seconds: 4 });

  await later();
  await settle(await claim(), null);
  expect(await breaker()).toEqual({ failures: 0, seconds: null });
  expect(await claim()).toHaveLength(EACH);
});
