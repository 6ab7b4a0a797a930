import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Driver } from '../../src/index.js';
import { driverFor, publicKey, wanted } from './aws-bench.js';
import { FakeEc2 } from './fake-ec2.js';

const A = { idempotencyKey: 'key-a' };
const B = { idempotencyKey: 'key-b' };

describe('creating servers at AWS', () => {
  let fake: FakeEc2;
  let driver: Driver;
  beforeEach(async () => {
    fake = await FakeEc2.start();
    driver = driverFor(fake);
  });
  afterEach(() => fake.close());

  const create = (more: Parameters<typeof wanted>[1] = {}, context = A) =>
    driver.resources.server.create(wanted('web-01', more), context);
  const order = () =>
    Object.fromEntries(fake.requests.find(({ action }) => action === 'RunInstances')?.form ?? []);
  const tagsOf = (index = 0) => Object.fromEntries(fake.region().instances[index]?.tags ?? []);

  it('orders one instance of the newest Debian with version 2 of the metadata service only', async () => {
    const { resource } = await create({ storage_gb: 20 });
    expect(order()).toMatchObject({
      ImageId: 'ami-0d12b',
      InstanceType: 't3.small',
      MinCount: '1',
      MaxCount: '1',
      'Placement.AvailabilityZone': 'eu-central-1a',
      'MetadataOptions.HttpTokens': 'required',
      'MetadataOptions.HttpEndpoint': 'enabled',
      'BlockDeviceMapping.1.DeviceName': '/dev/xvda',
      'BlockDeviceMapping.1.Ebs.VolumeSize': '20',
      'BlockDeviceMapping.1.Ebs.DeleteOnTermination': 'true',
      ClientToken: expect.stringMatching(/^[0-9a-f]{64}$/),
      'TagSpecification.2.ResourceType': 'volume',
    });
    for (const name of ['KeyName', 'SubnetId', 'SecurityGroupId.1'])
      expect(order()).not.toHaveProperty([name]);
    expect(tagsOf()).toEqual({
      Name: 'web-01 (production)',
      role: 'web',
      'provisioning:infra': 'production',
      'provisioning:name': 'web-01',
      'provisioning:key': 'key-a',
      'provisioning:kept': '',
      'provisioning:plan': 't3.small',
      'provisioning:instance-type': 't3.small',
      'provisioning:zone': 'eu-central-1a',
      'provisioning:storage-gb': '20',
      'provisioning:login-user': 'admin',
      'provisioning:labels-0': 'role',
      'provisioning:changing': '',
    });
    expect(resource).toMatchObject({
      state: 'running',
      ip: expect.stringMatching(/^203\.0\.113\./),
      driver: 'aws',
      description: expect.stringContaining('(t3.small, eu-central-1a)'),
    });
  });

  it('is refused in advance beyond the account’s quota, per region and class of instances', async () => {
    fake.region().quotas.set('L-1216C47A', 6);
    await create();
    const step = (name: string, more: Parameters<typeof wanted>[1] = {}) => ({
      before: null,
      after: wanted(name, more),
    });
    const names = (...list: string[]) => list.map((name) => step(name));
    const ask = (steps: ReturnType<typeof names>) => driver.refusals!(steps);
    expect(await ask(names('web-02', 'web-03'))).toEqual([]);
    expect(await ask(names('web-02', 'web-03', 'web-04'))).toEqual([
      {
        name: 'web-04',
        reason:
          'AWS allows this account 6 vCPUs of A, C, D, H, I, M, R, T and Z instances in eu-central-1, of which 2 are used: ' +
          'with server web-04 they would be 8. Choose smaller plans, delete servers, or ask AWS to raise the quota ' +
          'L-1216C47A. Nothing was changed.',
      },
    ]);
    // A stopped instance does not count.
    fake.region().instances[0]!.turn('stopped');
    expect(await ask(names('web-02', 'web-03', 'web-04'))).toEqual([]);
    // An access key that may not read quotas may still order servers.
    fake.region().quotas.set('L-1216C47A', 0);
    fake.trouble({ action: /GetServiceQuota/, how: { status: 400, code: 'AccessDeniedException' } });
    expect(await ask(names('web-02'))).toEqual([]);
    expect(await ask(names('web-02'))).toMatchObject([{ name: 'web-02' }]);
  });

  it('uses the network that is configured', async () => {
    driver = driverFor(fake, { env: { AWS_SUBNET_ID: 'subnet-1', AWS_SECURITY_GROUP_IDS: 'sg-1, sg-2' } });
    await create();
    expect(order()).toMatchObject({
      SubnetId: 'subnet-1',
      'SecurityGroupId.1': 'sg-1',
      'SecurityGroupId.2': 'sg-2',
    });
  });

  it('refuses other regions than that of the network', async () => {
    driver = driverFor(fake, { env: { AWS_SUBNET_ID: 'subnet-1', AWS_REGIONS: 'us-east-1' } });
    await expect(create({ zone: 'us-east-1' })).rejects.toMatchObject({ permanent: true });
    expect(fake.acts()).toEqual([]);
  });

  it.each([
    ['debian-12', 't3.small', 'ami-0d12b'],
    ['debian-12', 't4g.small', 'ami-0d12c'],
    ['ssm:/aws/service/debian/release/12/latest/arm64', 't4g.small', 'ami-0d12c'],
    ['ami-0d12a', 't3.small', 'ami-0d12a'],
    // The newest of Debian, not that of another account.
    ['debian-12-amd64', 't3.small', 'ami-0d12b'],
    ['debian-12-amd64-20260501-2000', 't3.small', 'ami-0d12a'],
  ])('finds the image %s for %s', async (image, plan, id) => {
    const { resource } = await create({ image, plan });
    expect(order()).toMatchObject({ ImageId: id });
    expect(resource).toMatchObject({ image, plan });
  });

  it('uses the configured image for servers without one', async () => {
    driver = driverFor(fake, { env: { AWS_DEFAULT_IMAGE: 'ubuntu/images/hvm-ssd/ubuntu-noble' } });
    await create();
    expect(order()).toMatchObject({ ImageId: 'ami-0bb22' });
    expect(tagsOf()).toMatchObject({ 'provisioning:login-user': 'ubuntu' });
  });

  it.each([
    ['an image that is unknown', { image: 'windows' }, /no image "windows".*ami-/],
    ['a parameter that is unknown', { image: 'debian-99' }, /no image "debian-99"/],
    ['a plan that is unknown', { plan: 'DEV-1' }, /no plan "DEV-1".*t3\.small.*2xCPU-4GB/],
    ['a plan that is too large', { plan: '99xCPU-1GB' }, /no plan "99xCPU-1GB"/],
    ['a zone elsewhere', { zone: 'us-east-1a' }, /none of the configured regions.*AWS_REGIONS/],
    ['a volume that is too small', { storage_gb: 4 }, /needs 8 GB/],
    ['a label of AWS', { labels: { 'AWS:x': '1' } }, /Label AWS:x.*reserved for AWS/],
    ['a label of ours', { labels: { 'provisioning:x': '1' } }, /reserved for this program/],
    ['a label that is too long', { labels: { x: 'y'.repeat(257) } }, /256 characters/],
    [
      'too many labels',
      { labels: Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`label-${at}`, 'x'])) },
      /would need 5\d tags.*can have 50. Use \d fewer/,
    ],
  ])('refuses %s for good, before anything is made', async (_, more, message) => {
    await expect(create(more)).rejects.toMatchObject({
      name: 'DriverError',
      permanent: true,
      message: expect.stringMatching(message),
    });
    expect(fake.acts()).toEqual([]);
  });

  it('stores labels unchanged, and keeps tags of others', async () => {
    const labels = {
      Name: 'shown in the console',
      empty: '',
      blanks: '  a  b ',
      marks: '<&"\'> *?\\ ü 🚀',
      'a/b.c-d_e': 'x'.repeat(256),
    };
    await create({ labels });
    fake.region().instances[0]?.tags.set('createdBy', 'a policy of the account');
    const [server] = await driver.resources.server.list('production');
    expect(server?.labels).toEqual(labels);
  });

  it('stores more ids than one tag can hold', async () => {
    const restores = Array.from({ length: 30 }, (_, at) => `i-0123456789abcde${at}`);
    await driver.resources.server.create(wanted('web-01'), { ...A, restores });
    const read = await driverFor(fake).resources.server.read('production', 'web-01');
    expect(read?.restores).toEqual(restores);
    expect(tagsOf()).toHaveProperty(['provisioning:restores-2']);
  });

  it('recognises idempotency keys that cannot be tags', async () => {
    const odd = { idempotencyKey: `${'k'.repeat(300)} ü` };
    const { resource } = await create({}, odd);
    const [change] = await driver.recall('production', odd.idempotencyKey);
    expect(change?.after?.id).toBe(resource.id);
  });

  it.each([
    ['refuses the token', false],
    ['tells of the old one', true],
  ])('makes another one under the same key once the first is destroyed, where EC2 %s', async (_, replays) => {
    fake.region().replaysTerminated = replays;
    const ids: string[] = [];
    for (let round = 0; round < 3; round++) {
      const { resource, made } = await create();
      expect(made).toBe(true);
      ids.push(resource.id);
      await driver.resources.server.destroy(resource, B);
    }
    expect(new Set(ids).size).toBe(3);
    expect(fake.region().living()).toEqual([]);
  });

  it('finds its order although a newer image exists', async () => {
    fake.trouble({ action: /^Run/, times: 3, how: 'cut after' });
    await expect(create()).rejects.toMatchObject({ permanent: false });
    // Not visible at first, and not looked up before the order is repeated.
    fake.region().instances[0]!.hiddenFor = 1;
    fake.region().parameters.set('/aws/service/debian/release/12/latest/amd64', 'ami-0d12a');
    const { resource, made } = await create();
    expect({
      made,
      living: fake
        .region()
        .living()
        .map(({ id }) => id),
    }).toEqual({ made: true, living: [resource.id] });
  });

  it('keeps the oldest of two that are made at the same time under different keys', async () => {
    const both = await Promise.all([
      create({}, A),
      driverFor(fake).resources.server.create(wanted('web-01'), B),
    ]);
    const orders = fake.acts().filter((action) => action === 'RunInstances');
    expect(orders).toHaveLength(2);
    const [{ id } = { id: '' }, ...more] = fake.region().living();
    expect(more).toEqual([]);
    expect(both.map(({ resource }) => resource.id)).toEqual([id, id]);
    expect(both.filter(({ made }) => made)).toHaveLength(1);
  });

  it('destroys what a killed attempt made beside the valid server', async () => {
    fake.region().nextLaunch = new Date(Date.now() - 60_000);
    const { resource: older } = await create({}, A);
    const ours = older.id;
    fake.region().instances[0]!.tags.set('provisioning:name', 'hidden');
    const { resource: younger } = await create({}, B);
    fake.region().instances[0]!.tags.set('provisioning:name', 'web-01');
    const again = await create({}, B);
    expect(again).toMatchObject({ made: false, resource: { id: ours } });
    expect(
      fake
        .region()
        .living()
        .map(({ id }) => id),
    ).toEqual([ours]);
    expect(younger.id).not.toBe(ours);
  });

  it('imports the key that logs in, once, and again if it was deleted', async () => {
    const login = { publicKey, runner: { run: () => Promise.reject(new Error('not here')) } };
    driver = driverFor(fake, { login });
    await create();
    await driver.resources.server.create(wanted('web-02'), A);
    const { keyPairs } = fake.region();
    const [[name, key] = ['', '']] = keyPairs;
    expect([keyPairs.size, key]).toEqual([1, publicKey]);
    expect(name).toMatch(/^provisioning-[0-9a-f]{32}$/);
    expect(order()).toMatchObject({ KeyName: name });
    keyPairs.clear();
    await driver.resources.server.create(wanted('web-03'), A);
    await driverFor(fake, { login }).resources.server.create(wanted('web-04'), A);
    expect([...keyPairs.keys()]).toEqual([name]);
    expect(fake.region().instances.map(({ order: { keyName } }) => keyName)).toEqual([
      name,
      name,
      name,
      name,
    ]);
  });

  it.each([
    ['Server.InsufficientInstanceCapacity', false],
    ['Client.VolumeLimitExceeded', true],
  ])(
    'tells why an instance died as it started (%s), and makes another one next time',
    async (code, permanent) => {
      fake.region().nextDies = { state: 'terminated', code, message: 'There is a reason' };
      await expect(create()).rejects.toMatchObject({
        name: 'DriverError',
        permanent,
        message: expect.stringContaining('There is a reason'),
      });
      const { resource, made } = await create();
      expect({ made, state: resource.state }).toEqual({ made: true, state: 'running' });
    },
  );

  it('reports an instance that never becomes visible', async () => {
    driver = driverFor(fake, { pace: { visibleMs: 20 } });
    fake.region().hideFor = 1_000;
    await expect(create()).rejects.toMatchObject({
      permanent: false,
      message: expect.stringMatching(/created server web-01 as i-.* does not list it/),
    });
  });

  it('sends one request to each region for all concurrent reads', async () => {
    await create();
    const asked = fake.requests.length;
    const { server } = driver.resources;
    const [all, found, ...single] = await Promise.all([
      server.list('production'),
      server.readAll!('production', ['web-01', 'web-02']),
      server.read('production', 'web-01'),
      server.read('production', 'web-02'),
    ]);
    expect(all.map(({ name }) => name)).toEqual(['web-01']);
    expect(found.found.map(({ name }) => name)).toEqual(['web-01']);
    expect(single.map((one) => one?.name)).toEqual(['web-01', undefined]);
    expect(fake.requests.slice(asked).map(({ action }) => action)).toEqual(['DescribeInstances']);
  });

  it('names the requested servers in that request', async () => {
    await create();
    const asked = fake.requests.length;
    const names = ['web-01', 'web-02', 'web-03'];
    const { found } = await driver.resources.server.readAll!('production', names);
    expect(found.map(({ name }) => name)).toEqual(['web-01']);
    const [question, ...more] = fake.requests.slice(asked);
    expect(more).toEqual([]);
    expect([...(question?.form.values() ?? [])]).toEqual(expect.arrayContaining(names));
  });
});
