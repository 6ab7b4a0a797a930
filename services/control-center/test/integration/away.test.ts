import { afterEach, expect, it } from '@jest/globals';
import { cloneDatabase, freePort, startRelay, waitFor } from '@provisioning/test-kit';
import { ADMIN_PASSWORD, startTestApi, type TestApi } from '../support/test-api.js';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function serviceOn(
  environment: Record<string, string>,
  overrides: { patienceMs?: number } = {},
): Promise<TestApi> {
  const service = await startTestApi(environment, overrides);
  closers.push(() => service.close());
  return service;
}

const signIn = (service: TestApi) =>
  service.http.post('/auth/login').send({ username: 'admin', password: ADMIN_PASSWORD });

it('is ready without Redis, which sign-in does not need', async () => {
  const service = await serviceOn({
    REDIS_URL: `redis://127.0.0.1:${await freePort()}`,
    RATE_LIMIT_AUTH: '100',
  });
  await signIn(service).expect(200);
  const { body } = await service.http.get('/readyz?verbose').expect(200);
  expect(body.data).toEqual({ database: 'ok', migrations: 'ok' });
  const { text } = await service.http.get('/metrics').expect(200);
  expect(text).toContain('redis_up 0');
});

it('answers a sign-in within its time limit while the database does not answer', async () => {
  const clone = await cloneDatabase('control-center');
  closers.push(() => clone.drop());
  const relay = await startRelay(clone.url);
  closers.push(() => relay.close());
  const service = await serviceOn({ DATABASE_URL: relay.url }, { patienceMs: 200 });
  // A busy machine needs longer than this time limit for some of them.
  const token = await waitFor(() => service.token());
  relay.freeze();
  // Outside a request, so that only the limit of each statement ends it.
  let ended = false;
  const alone = service.api.opened.database.raw('select 1').then(
    () => (ended = true),
    () => (ended = true),
  );
  const answers = await Promise.all([
    signIn(service),
    service.http.get('/users').auth(token, { type: 'bearer' }),
    service.http.post('/auth/logout').auth(token, { type: 'bearer' }),
  ]);
  expect(ended).toBe(false);
  expect(answers.map(({ status, body }) => [status, body.code])).toEqual(
    answers.map(() => [503, 'database_unavailable']),
  );
  await relay.mend();
  await alone;
  await waitFor(async () => (await signIn(service)).status === 200);
});
