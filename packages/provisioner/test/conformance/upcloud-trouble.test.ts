import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DriverError, type Driver } from '../../src/index.js';
import { FakeUpcloud } from './fake-upcloud.js';
import { driverFor, wanted } from './upcloud-bench.js';

const A = { idempotencyKey: 'key-a' };
const old = (status: number, error_code: string, error_message: string) => ({
  status,
  body: JSON.stringify({ error: { error_code, error_message } }),
});

describe('failures at UpCloud', () => {
  let fake: FakeUpcloud;
  let driver: Driver;
  beforeEach(async () => {
    fake = await FakeUpcloud.start();
    driver = driverFor(fake);
  });
  afterEach(() => fake.close());

  const create = () => driver.resources.server.create(wanted('web-01'), A);

  it.each([
    [
      old(402, 'INSUFFICIENT_CREDITS', 'There are not enough credits on the account.'),
      true,
      'UpCloud did not create server web-01: There are not enough credits on the account (INSUFFICIENT_CREDITS). ' +
        "Add credit to the account in UpCloud's control panel, and run the command again.",
    ],
    [
      old(403, 'ACTION_FORBIDDEN', 'Not allowed.'),
      true,
      'UpCloud did not create server web-01: Not allowed (ACTION_FORBIDDEN). Give the account or the token the ' +
        'permission for it, or use others.',
    ],
    [
      old(409, 'SERVER_RESOURCES_UNAVAILABLE', 'No room.'),
      false,
      'UpCloud did not create server web-01: No room (SERVER_RESOURCES_UNAVAILABLE). UpCloud has no capacity in this ' +
        'zone. Run the command again later, or choose another zone or plan.',
    ],
    [
      old(403, 'TRIAL_PLAN', 'Not with a trial.'),
      true,
      'UpCloud did not create server web-01: Not with a trial (TRIAL_PLAN). The account is a trial account. ' +
        'Make a first payment, or request less.',
    ],
    [
      {
        status: 400,
        body: JSON.stringify({
          type: 'https://developers.upcloud.com/1.3/errors#ERROR_INVALID_REQUEST',
          title: 'Validation error.',
          status: 400,
          invalid_params: [{ name: 'hostname', reason: 'is too long.' }],
        }),
      },
      true,
      'UpCloud did not create server web-01: Validation error, hostname: is too long (INVALID_REQUEST). Correct this ' +
        'and run the command again.',
    ],
    [
      { status: 418, body: '<html>teapot</html>' },
      true,
      'UpCloud did not create server web-01: status 418. Correct this and run the command again.',
    ],
  ])('is explained in a sentence: %j', async (how, permanent, message) => {
    fake.trouble({ method: 'POST', how });
    await expect(create()).rejects.toMatchObject({ name: 'DriverError', permanent, message });
    expect(fake.asked('POST')).toHaveLength(1);
  });

  it('reports wrong credentials without showing them', async () => {
    const env = { UPCLOUD_TOKEN: 'ucat_a-wrong-token' };
    const failure = await driverFor(fake, { env })
      .resources.server.list('i')
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DriverError);
    expect(failure).toMatchObject({
      permanent: true,
      message:
        'UpCloud did not list servers: Authentication failed using the given username and password ' +
        '(AUTHENTICATION_FAILED). Check UPCLOUD_TOKEN, or UPCLOUD_USERNAME and UPCLOUD_PASSWORD, and that API access ' +
        'is allowed for them.',
    });
  });

  it.each([
    'cut before',
    'garbled',
    'silence',
    { status: 503 },
    { status: 302, headers: { Location: '/' } },
  ] as const)('never shows a secret: %j', async (how) => {
    fake.trouble({ how, times: 100 });
    const token = driverFor(fake, { pace: { answerMs: 20 } });
    const { UPCLOUD_DEBUG_API_BASE_URL } = fake.env;
    const env = { UPCLOUD_USERNAME: FakeUpcloud.user, UPCLOUD_PASSWORD: FakeUpcloud.password };
    const basic = driverFor(fake, {
      pace: { answerMs: 20 },
      env: { UPCLOUD_TOKEN: '', ...env, ...(UPCLOUD_DEBUG_API_BASE_URL && { UPCLOUD_DEBUG_API_BASE_URL }) },
    });
    for (const one of [token, basic]) {
      const failure = await one.resources.server.list('i').catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(DriverError);
      const shown = inspect(failure, { depth: 20, showHidden: true });
      expect(shown).not.toContain(FakeUpcloud.token);
      expect(shown).not.toContain(FakeUpcloud.password);
      expect(shown).not.toContain(
        Buffer.from(`${FakeUpcloud.user}:${FakeUpcloud.password}`).toString('base64'),
      );
    }
  });

  it('logs in with name and password as well', async () => {
    const env = {
      UPCLOUD_TOKEN: '',
      UPCLOUD_USERNAME: FakeUpcloud.user,
      UPCLOUD_PASSWORD: FakeUpcloud.password,
    };
    expect(await driverFor(fake, { env }).resources.server.list('i')).toEqual([]);
  });

  it('does not send the credentials to another address', async () => {
    const elsewhere = await FakeUpcloud.start();
    try {
      fake.trouble({ how: { status: 307, headers: { Location: `${elsewhere.baseUrl}/1.3/server` } } });
      await expect(driver.resources.server.list('i')).rejects.toMatchObject({
        permanent: true,
        message: expect.stringContaining(
          'redirected to another address (status 307), to which credentials are not sent',
        ),
      });
      expect(elsewhere.requests).toEqual([]);
    } finally {
      await elsewhere.close();
    }
  });

  it('passes if requests are repeated', async () => {
    fake.trouble({ how: { status: 500, body: '{}' } });
    fake.trouble({ how: 'garbled' });
    fake.trouble({ how: 'cut before' });
    expect(await driver.resources.server.list('i')).toEqual([]);
    expect(fake.requests).toHaveLength(4);
  });

  it('that lasts is reported as temporary', async () => {
    fake.trouble({ how: old(503, 'SERVICE_UNAVAILABLE', 'Maintenance.'), times: 100 });
    await expect(driver.resources.server.list('i')).rejects.toMatchObject({
      permanent: false,
      message:
        'UpCloud cannot list servers now: Maintenance (SERVICE_UNAVAILABLE). Run the command again ' +
        'later; completed steps are not repeated.',
    });
    expect(fake.requests).toHaveLength(4);
  });

  it('is not waited for beyond the time limit', async () => {
    fake.trouble({ how: { status: 429, headers: { 'Retry-After': '3600' } } });
    await expect(driver.resources.server.list('i')).rejects.toMatchObject({
      permanent: false,
      message: 'UpCloud did not list servers: too many requests. Run the command again in 3600 seconds.',
    });
    expect(fake.requests).toHaveLength(1);
  });

  it('is not taken for a deleted server', async () => {
    const { resource } = await create();
    fake.trouble({ method: 'GET', path: /^\/server\/.+/, how: { status: 404, body: '<html>proxy</html>' } });
    await expect(driver.resources.server.destroy(resource, A)).rejects.toMatchObject({ name: 'DriverError' });
    expect(fake.account.servers).toHaveLength(1);
  });

  it('with its filters does not affect servers of others', async () => {
    await driver.resources.server.create(wanted('web-01', { infra: 'other' }), A);
    await driver.resources.server.create(wanted('web-02'), A);
    fake.account.ghost = fake.account.servers[0]!;
    expect(await driver.resources.server.list('production')).toMatchObject([{ name: 'web-02' }]);
    const { resource } = await create();
    expect(resource.infra).toBe('production');
    expect(await driver.resources.server.list('production')).toMatchObject([
      { name: 'web-01' },
      { name: 'web-02' },
    ]);
    await driver.resources.server.destroy(resource, A);
    expect(fake.account.servers.map(({ hostname }) => hostname)).toEqual(['web-01', 'web-02']);
  });

  it('reports that UpCloud cannot be reached', async () => {
    await fake.close();
    await expect(create()).rejects.toMatchObject({
      permanent: false,
      message: expect.stringMatching(/did not list servers, or its answer was lost: ECONNREFUSED\./),
    });
  });
});
