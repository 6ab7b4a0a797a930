import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Driver } from '../../src/index.js';
import { FakeUpcloud } from './fake-upcloud.js';
import { driverFor, wanted } from './upcloud-bench.js';

const A = { idempotencyKey: 'key-a' };
const B = { idempotencyKey: 'key-b' };
const CREATING_LIMIT = {
  status: 409,
  body: JSON.stringify({
    error: { error_code: 'SERVER_CREATING_LIMIT_REACHED', error_message: 'Too many at once.' },
  }),
};

describe('creating servers at UpCloud', () => {
  let fake: FakeUpcloud;
  let driver: Driver;
  beforeEach(async () => {
    fake = await FakeUpcloud.start();
    driver = driverFor(fake);
  });
  afterEach(() => fake.close());

  const servers = () => driver.resources.server;
  const orders = () =>
    fake.requests
      .filter(({ method, path }) => method === 'POST' && path === '/server')
      .map(({ body }) => body);

  it('refuses in advance what exceeds the cores or the memory of the account', async () => {
    fake.account.limits = { cores: 4, memory: 1_048_576 };
    await servers().create(wanted('web-01', { plan: '1xCPU-2GB' }), A);
    const step = (name: string) => ({ before: null, after: wanted(name, { plan: '2xCPU-4GB' }) });
    const ask = (...names: string[]) => driver.refusals!(names.map(step));
    expect(await ask('web-02')).toEqual([]);
    expect(await ask('web-02', 'web-03')).toEqual([
      {
        name: 'web-03',
        reason:
          'UpCloud allows this account 4 cores, of which its servers use 1: with server web-03 they would be 5. ' +
          'Choose smaller plans, delete servers, or request a higher limit from UpCloud. Nothing was changed.',
      },
    ]);
    fake.account.limits = { cores: 4, memory: 4096 };
    expect(await ask('web-02')).toMatchObject([{ reason: expect.stringContaining('4096 MB of memory') }]);
    // A user who may not read the account may still order servers.
    fake.trouble({ method: 'GET', how: { status: 403, body: '{"error":{"error_code":"FORBIDDEN"}}' } });
    expect(await ask('web-02')).toEqual([]);
  });

  it('orders the wanted server from the newest Debian, with a disk of the plan’s size', async () => {
    const { resource } = await servers().create(wanted('web-01'), A);
    expect(orders()).toEqual([
      {
        server: {
          title: 'web-01 (production)',
          hostname: 'web-01',
          zone: 'de-fra1',
          plan: '1xCPU-2GB',
          metadata: 'yes',
          labels: {
            label: [
              { key: 'provisioning-infra', value: 'production' },
              { key: 'provisioning-name', value: 'web-01' },
              { key: 'provisioning-key', value: 'key-a' },
              { key: 'provisioning-plan', value: '1xCPU-2 GB' },
              { key: 'role', value: 'web' },
            ],
          },
          password_delivery: 'none',
          remote_access_enabled: 'no',
          networking: {
            interfaces: {
              interface: [
                { type: 'public', ip_addresses: { ip_address: [{ family: 'IPv4' }] } },
                { type: 'utility', ip_addresses: { ip_address: [{ family: 'IPv4' }] } },
              ],
            },
          },
          storage_devices: {
            storage_device: [
              {
                action: 'clone',
                storage: '01000000-0000-4000-8000-000020070100',
                title: 'web-01-disk1',
                size: 50,
                tier: 'maxiops',
              },
            ],
          },
        },
      },
    ]);
    expect(resource).toMatchObject({
      ...wanted('web-01'),
      state: 'running',
      ip: '203.0.113.7',
      driver: 'upcloud',
    });
    expect(JSON.stringify(resource)).not.toContain('never-to-be-seen');
  });

  it('allows logins with the private key only, without a password', async () => {
    const login = {
      publicKey: 'ssh-ed25519 AAAA',
      runner: { run: () => Promise.reject(new Error('not to be run')) },
    };
    await driverFor(fake, { login }).resources.server.create(wanted('web-01'), A);
    expect(orders()).toMatchObject([
      {
        server: {
          login_user: {
            username: 'root',
            create_password: 'no',
            ssh_keys: { ssh_key: ['ssh-ed25519 AAAA'] },
          },
        },
      },
    ]);
  });

  it.each([
    ['ubuntu-24.04', '01000000-0000-4000-8000-000030240200'],
    ['Debian GNU/Linux 11 (Bullseye)', '01000000-0000-4000-8000-000020060100'],
    ['01000000-0000-4000-8000-000030220200', '01000000-0000-4000-8000-000030220200'],
  ])('finds the template for image %s', async (image, storage) => {
    const { resource } = await servers().create(wanted('web-01', { image, storage_gb: 30 }), A);
    expect(orders()).toMatchObject([
      { server: { storage_devices: { storage_device: [{ storage, size: 30 }] } } },
    ]);
    expect(resource).toMatchObject({ image, storage_gb: 30 });
  });

  it('uses the configured template without an image', async () => {
    const env = { UPCLOUD_DEFAULT_TEMPLATE: 'Ubuntu Server 22.04 LTS (Jammy Jellyfish)' };
    await driverFor(fake, { env }).resources.server.create(wanted('web-01'), A);
    expect(orders()).toMatchObject([
      {
        server: {
          storage_devices: { storage_device: [{ storage: '01000000-0000-4000-8000-000030220200' }] },
        },
      },
    ]);
  });

  it.each([
    [
      { plan: '1xCPU-3GB' },
      'UpCloud has no plan 1xCPU-3GB, which server web-01 requests. The nearest are 1xCPU-',
    ],
    [
      { zone: 'de-fra2' },
      'UpCloud has no zone de-fra2, which server web-01 requests. The nearest are de-fra1, ',
    ],
    [{ image: 'debian-99' }, 'The nearest are Debian GNU/Linux '],
    [{ image: 'ubuntu' }, 'Image ubuntu, which server web-01 requests, matches Ubuntu Server 22.04'],
    [
      { storage_gb: 1 },
      'Server web-01 cannot have a disk of 1 GB: Debian GNU/Linux 12 (Bookworm) needs 3 GB.',
    ],
    [
      { labels: { x: '1' } },
      'Label x of server web-01 cannot be stored at UpCloud: a name must have 2 to 32 ASCII characters',
    ],
    [
      { labels: { ['k'.repeat(33)]: '1' } },
      'cannot be stored at UpCloud: a name must have 2 to 32 ASCII characters',
    ],
    [{ labels: { role: 'x'.repeat(256) } }, 'a value must have at most 255 characters'],
    [
      { labels: { 'provisioning-key': 'x' } },
      'names that start with provisioning- are reserved for this program',
    ],
  ])('refuses %j for good, and orders nothing', async (more, message) => {
    await expect(servers().create(wanted('web-01', more), A)).rejects.toMatchObject({
      permanent: true,
      message: expect.stringContaining(message),
    });
    expect(orders()).toEqual([]);
  });

  it('stores labels unchanged, and any number of ids', async () => {
    const labels = { 'team/owner': 'a=b&c=d; ä "x" ', empty: '' };
    const restores = Array.from({ length: 20 }, () => randomUUID());
    await servers().create(wanted('web-01', { labels }), { ...A, restores });
    expect(await servers().read('production', 'web-01')).toMatchObject({ labels, restores });
  });

  it('orders again when the first order never arrived', async () => {
    fake.trouble({ method: 'POST', how: 'cut before' });
    const { made } = await driverFor(fake, { pace: { visibleMs: 10 } }).resources.server.create(
      wanted('web-01'),
      A,
    );
    expect(made).toBe(true);
    expect(fake.account.servers).toHaveLength(1);
    expect(orders()).toHaveLength(2);
  });

  it.each(['cut after', 'garbled'] as const)('orders once although the answer was %s', async (how) => {
    fake.trouble({ method: 'POST', how });
    fake.account.hideFor = 3;
    const { made } = await servers().create(wanted('web-01'), A);
    expect(made).toBe(true);
    expect(orders()).toHaveLength(1);
  });

  it('reports that the order was lost, if none ever arrives', async () => {
    fake.trouble({ method: 'POST', how: 'cut before', times: 10 });
    const making = driverFor(fake, { pace: { visibleMs: 5 } }).resources.server.create(wanted('web-01'), A);
    await expect(making).rejects.toMatchObject({
      permanent: false,
      message: expect.stringMatching(/^UpCloud \(127\.0\.0\.1:\d+\) did not create server web-01/),
    });
  });

  it('keeps the oldest of those that were made at the same time under different keys', async () => {
    const other = driverFor(fake);
    const [mine, theirs] = await Promise.all([
      servers().create(wanted('web-01'), A),
      other.resources.server.create(wanted('web-01'), B),
    ]);
    expect(orders()).toHaveLength(2);
    expect(fake.account.servers).toHaveLength(1);
    expect(fake.account.disks.size).toBe(1);
    expect(mine.resource.id).toBe(theirs.resource.id);
    expect([mine.made, theirs.made].sort()).toEqual([false, true]);
  });

  it('deletes the newer one that a killed attempt left', async () => {
    await servers().create(wanted('web-01'), B);
    const [winner] = fake.account.servers;
    await servers().create(wanted('other'), A);
    const [, left] = fake.account.servers;
    left!.labels = left!.labels.map(({ key, value }) => ({
      key,
      value: value === 'other' ? 'web-01' : value,
    }));
    left!.created += 10;
    const { resource, made } = await servers().create(wanted('web-01'), A);
    expect({ id: resource.id, made }).toEqual({ id: winner!.uuid, made: false });
    expect(fake.account.servers).toEqual([winner]);
  });

  it('ignores deleted servers that a list still shows', async () => {
    const { resource } = await servers().create(wanted('web-01'), A);
    fake.account.ghost = fake.account.servers[0]!;
    await servers().destroy(resource, A);
    const { resource: young, made } = await servers().create(wanted('web-01'), B);
    expect(made).toBe(true);
    expect(young.id).not.toBe(resource.id);
  });

  it('waits for its turn when too many are being created', async () => {
    fake.trouble({ method: 'POST', how: CREATING_LIMIT, times: 3 });
    const { made } = await servers().create(wanted('web-01'), A);
    expect(made).toBe(true);
    expect(orders()).toHaveLength(4);
  });

  it('reports it if its turn does not come', async () => {
    fake.trouble({ method: 'POST', how: CREATING_LIMIT, times: 100 });
    const making = driverFor(fake, { pace: { runningMs: 20 } }).resources.server.create(wanted('web-01'), A);
    await expect(making).rejects.toMatchObject({
      permanent: false,
      message:
        'UpCloud did not create server web-01: Too many at once (SERVER_CREATING_LIMIT_REACHED). Run the command again ' +
        'when the servers in creation are running, or lower parallel_limit.',
    });
  });

  it('stops waiting when it is cancelled, and a repetition completes it', async () => {
    fake.account.looks = 1_000_000;
    const controller = new AbortController();
    const log = () => controller.abort();
    const making = servers().create(wanted('web-01'), { ...A, signal: controller.signal, log });
    await expect(making).rejects.toMatchObject({ name: 'AbortError' });
    expect(fake.account.servers).toMatchObject([{ state: 'maintenance' }]);
    expect(await servers().read('production', 'web-01')).toMatchObject({ state: 'starting' });
    fake.account.servers[0]!.next!.looks = 1;
    const { resource, made } = await servers().create(wanted('web-01'), A);
    expect({ made, state: resource.state }).toEqual({ made: true, state: 'running' });
    expect(orders()).toHaveLength(1);
  });

  it('does not wait for a server of another process', async () => {
    fake.account.looks = 1_000_000;
    const signal = new AbortController();
    const log = () => signal.abort();
    await servers()
      .create(wanted('web-01'), { ...B, signal: signal.signal, log })
      .catch(() => {});
    const { resource, made } = await servers().create(wanted('web-01'), A);
    expect({ made, state: resource.state }).toEqual({ made: false, state: 'starting' });
  });

  it('fails permanently if a server is broken', async () => {
    fake.account.ending = 'error';
    await expect(servers().create(wanted('web-01'), A)).rejects.toMatchObject({
      permanent: true,
      message: expect.stringMatching(/^UpCloud reports server web-01 \(.*\) in state error/),
    });
    expect(await servers().read('production', 'web-01')).toMatchObject({
      state: 'error',
      description: expect.stringContaining('state error'),
    });
  });

  it('reports a server that does not start in time', async () => {
    fake.account.looks = 1_000_000;
    const making = driverFor(fake, { pace: { runningMs: 20 } }).resources.server.create(wanted('web-01'), A);
    await expect(making).rejects.toMatchObject({
      permanent: false,
      message: expect.stringContaining('Server web-01 at UpCloud is still being created or changed after'),
    });
  });
});
