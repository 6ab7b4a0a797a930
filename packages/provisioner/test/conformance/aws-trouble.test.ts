import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Driver } from '../../src/index.js';
import { actions } from './bench.js';
import { driverFor, wanted } from './aws-bench.js';
import { FakeEc2 } from './fake-ec2.js';

const A = { idempotencyKey: 'key-a' };
const B = { idempotencyKey: 'key-b' };

describe('failures at AWS', () => {
  let fake: FakeEc2;
  let driver: Driver;
  beforeEach(async () => {
    fake = await FakeEc2.start();
    driver = driverFor(fake);
  });
  afterEach(() => fake.close());

  const create = (name = 'web-01', context = A) => driver.resources.server.create(wanted(name), context);
  const failure = async (act: Promise<unknown>): Promise<Error & { permanent: boolean }> => {
    const error: unknown = await act.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ name: 'DriverError' });
    return error as Error & { permanent: boolean };
  };

  it.each([
    ['UnauthorizedOperation', 403, true, /permission/],
    ['AuthFailure', 401, true, /AWS_ACCESS_KEY_ID/],
    ['OptInRequired', 401, true, /Marketplace/],
    ['VcpuLimitExceeded', 400, true, /Service Quotas/],
    ['VPCIdNotSpecified', 400, true, /AWS_SUBNET_ID/],
    ['InvalidAMIID.NotFound', 400, true, /image of this region/],
    ['InvalidSubnetID.NotFound', 400, true, /AWS_SUBNET_ID/],
    ['SomethingNew', 400, true, /Correct this/],
    ['InsufficientInstanceCapacity', 500, false, /no capacity/],
    ['PendingVerification', 400, false, /later/],
    ['InternalError', 500, false, /later/],
    ['RequestLimitExceeded', 503, false, /too many requests/],
    ['Throttling', 400, false, /too many requests/],
  ])('is explained in a sentence: %s', async (code, status, permanent, message) => {
    fake.trouble({ action: /^Run/, times: 3, how: { status, code } });
    const error = await failure(create());
    expect(error.message).toMatch(/^AWS .*create server web-01/);
    expect(error.message).toContain(code);
    expect(error.message).toMatch(message);
    expect(error.permanent).toBe(permanent);
  });

  it('never shows parts of the request that AWS repeats', async () => {
    fake.sessionToken = 'the-session-token';
    driver = driverFor(fake);
    const message = 'The Canonical String should have been: x-amz-security-token:the-session-token';
    fake.trouble({ action: /^Describe/, how: { status: 403, code: 'SignatureDoesNotMatch', message } });
    const signature = await failure(driver.resources.server.list('production'));
    fake.trouble({ action: /^Describe/, how: { status: 400, code: 'SomethingNew', message } });
    const other = await failure(driver.resources.server.list('production'));
    expect(signature.message).toContain('AWS_SECRET_ACCESS_KEY');
    expect(other.message).toContain('x-amz-security-token:***');
    for (const error of [signature, other]) {
      expect(JSON.stringify([error.message, error.stack, String(error.cause)])).not.toContain(
        'the-session-token',
      );
    }
  });

  it.each([
    ['another secret', { AWS_SECRET_ACCESS_KEY: 'another' }, /AWS_SECRET_ACCESS_KEY/],
    ['another key', { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7ANOTHER' }, /AWS_ACCESS_KEY_ID/],
    ['a token that is none', { AWS_SESSION_TOKEN: 'another' }, /AWS_SESSION_TOKEN/],
  ])('is noticed at once, and for good: %s', async (_, env, message) => {
    const error = await failure(driverFor(fake, { env }).resources.server.list('production'));
    expect(error).toMatchObject({ permanent: true, message: expect.stringMatching(message) });
  });

  it('is not caused by other configuration of the process', async () => {
    const before = { ...process.env };
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: 'AKIAANOTHER',
      AWS_SECRET_ACCESS_KEY: 'another',
      AWS_SESSION_TOKEN: 'another',
      AWS_PROFILE: 'nobody',
      AWS_ENDPOINT_URL_EC2: 'http://127.0.0.1:1',
      AWS_REGION: 'us-east-1',
      AWS_USE_FIPS_ENDPOINT: 'true',
      AWS_MAX_ATTEMPTS: '1',
    });
    try {
      fake.trouble({ how: 'cut before' });
      expect(await driverFor(fake).resources.server.list('production')).toEqual([]);
    } finally {
      process.env = before;
    }
    expect(fake.requests.map(({ region }) => region)).toEqual(['eu-central-1', 'eu-central-1']);
  });

  it('ends after a while if no answer ever arrives', async () => {
    driver = driverFor(fake, { pace: { callMs: 60, answerMs: 10_000 } });
    fake.trouble({ how: 'silence' });
    const error = await failure(driver.resources.server.list('production'));
    expect(error).toMatchObject({
      permanent: false,
      message: expect.stringContaining('no response in time'),
    });
  });

  it('lists more than one page', async () => {
    for (const name of ['c', 'a', 'b']) await create(name);
    const servers = await driver.resources.server.list('production');
    expect(servers.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(fake.requests.some(({ form }) => form.get('NextToken') === 'the-second-page')).toBe(true);
  });

  describe('with two regions', () => {
    beforeEach(() => {
      driver = driverFor(fake, { env: { AWS_REGIONS: 'us-east-1,eu-central-1' } });
    });

    it('finds servers in both, and makes them in the wanted one', async () => {
      await create('here');
      const { resource } = await driver.resources.server.create(wanted('there', { zone: 'us-east-1' }), A);
      expect(
        fake
          .region('us-east-1')
          .living()
          .map(({ id }) => id),
      ).toEqual([resource.id]);
      expect((await driver.resources.server.list('production')).map(({ name }) => name)).toEqual([
        'here',
        'there',
      ]);
      expect(actions(await driver.recall('production', 'key-a'))).toHaveLength(2);
      expect(actions(await driver.resources.server.destroy(resource, B))).toEqual(['destroyed server there']);
    });

    it('makes one server of a name in all regions together', async () => {
      const { resource } = await create();
      const again = await driver.resources.server.create(wanted('web-01', { zone: 'us-east-1' }), B);
      expect(again).toMatchObject({ made: false, resource: { id: resource.id } });
    });

    it('fails if one region does not answer', async () => {
      await create();
      fake.trouble({ region: 'us-east-1', times: 3, how: { status: 503, code: 'Unavailable' } });
      const error = await failure(driver.resources.server.list('production'));
      expect(error.message).toContain('us-east-1');
    });
  });

  describe('when servers are destroyed', () => {
    it('that are protected, reports it', async () => {
      const { resource } = await create();
      fake.region().protectedIds.add(resource.id);
      const error = await failure(driver.resources.server.destroy(resource, B));
      expect(error).toMatchObject({ permanent: true, message: expect.stringContaining('protected') });
      expect(fake.region().living()).toHaveLength(1);
    });

    it('that are not visible yet, reads again', async () => {
      const { resource } = await create();
      fake.region().instances[0]!.hiddenFor = 4;
      expect(actions(await driver.resources.server.destroy(resource, B))).toEqual([
        'destroyed server web-01',
      ]);
    });

    it('by another process, waits until they are gone', async () => {
      const { resource } = await create();
      fake.region().instances[0]!.turn('shutting-down');
      expect(await driver.resources.server.destroy(resource, B)).toEqual([]);
      expect(fake.region().instances[0]!.state).toBe('terminated');
    });

    it('that have lost their tags, does not destroy them', async () => {
      const { resource } = await create();
      fake.region().instances[0]!.tags.clear();
      expect(await driver.resources.server.destroy(resource, B)).toEqual([]);
      expect(fake.region().living()).toHaveLength(1);
    });

    it('also destroys further ones that were made under the same key', async () => {
      const { resource } = await create();
      const [first] = fake.region().instances;
      first!.tags.set('provisioning:key', 'key-b');
      first!.tags.set('provisioning:name', 'hidden');
      await create('web-01', B);
      first!.tags.set('provisioning:name', 'web-01');
      await driver.resources.server.destroy(resource, B);
      expect(fake.region().living()).toEqual([]);
    });

    it('gives up after a while if they stay', async () => {
      const { resource } = await create();
      driver = driverFor(fake, { pace: { goneMs: 10 } });
      fake.region().isSlow = true;
      const error = await failure(driver.resources.server.destroy(resource, B));
      expect(error).toMatchObject({
        permanent: false,
        message: expect.stringContaining('still being destroyed'),
      });
    });
  });
});
