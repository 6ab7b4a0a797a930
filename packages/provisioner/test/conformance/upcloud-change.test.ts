import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Driver, Server } from '../../src/index.js';
import { planWanted } from '../../src/plan/index.js';
import type { FakeServer } from './fake-upcloud-account.js';
import { FakeUpcloud } from './fake-upcloud.js';
import { driverFor, wanted } from './upcloud-bench.js';

const A = { idempotencyKey: 'key-a' };
const B = { idempotencyKey: 'key-b' };
const NO_ROOM = {
  status: 409,
  body: JSON.stringify({
    error: { error_code: 'SERVER_RESOURCES_UNAVAILABLE', error_message: 'No room on the host.' },
  }),
};

describe('changing servers at UpCloud', () => {
  let fake: FakeUpcloud;
  let driver: Driver;
  let before: Server;
  let real: FakeServer;
  beforeEach(async () => {
    fake = await FakeUpcloud.start();
    driver = driverFor(fake);
    before = (await driver.resources.server.create(wanted('web-01'), A)).resource;
    real = fake.account.servers[0]!;
    fake.requests = [];
  });
  afterEach(() => fake.close());

  const change = (more: Parameters<typeof wanted>[1], context = {}) =>
    driver.resources.server.change(before, wanted('web-01', more), { ...B, ...context });
  const read = () => driver.resources.server.read('production', 'web-01');
  const acts = () => fake.asked().filter((asked) => !asked.startsWith('GET'));
  const label = (name: string) => real.labels.find(({ key }) => key === name)?.value;

  it('does not replace a server that lost the label of its image, and records it again with the next change', async () => {
    const debian = wanted('web-02', { image: 'debian-12' });
    const { resource } = await driver.resources.server.create(debian, A);
    const damaged = fake.account.servers.find(({ uuid }) => uuid === resource.id)!;
    damaged.labels = damaged.labels.filter(({ key }) => key !== 'provisioning-image');
    const readAgain = async () => (await driverFor(fake).resources.server.read('production', 'web-02'))!;
    const planned = async () =>
      planWanted('server', 'production', [debian], [await readAgain()]).entries[0]!.action;
    expect([await planned(), (await readAgain()).lost]).toEqual(['change', ['image']]);
    await driver.resources.server.change(await readAgain(), debian, B);
    expect([await planned(), (await readAgain()).image]).toEqual(['unchanged', 'debian-12']);
  });

  it('stops a server for another plan and a larger disk, and starts it again', async () => {
    const after = await change({ plan: '2xCPU-4 GB', storage_gb: 100 });
    expect(acts()).toEqual([
      'PUT /server/:id',
      'POST /server/:id/stop',
      'PUT /server/:id',
      'PUT /storage/:id',
      'POST /server/:id/start',
      'PUT /server/:id',
    ]);
    expect(after).toMatchObject({ plan: '2xCPU-4 GB', storage_gb: 100, state: 'running', id: before.id });
    expect(real).toMatchObject({ plan: '2xCPU-4GB', disk: { storage_size: 100 }, state: 'started' });
    expect(label('provisioning-changing')).toBeUndefined();
    expect(await driver.recall('production', 'key-a')).toMatchObject([{ action: 'created' }]);
  });

  it('changes labels while the server runs, and replaces all of them', async () => {
    const after = await change({ labels: { stage: 'test' } });
    expect(acts()).toEqual(['PUT /server/:id']);
    expect(after.labels).toEqual({ stage: 'test' });
    expect(after.changed_at > before.made_at).toBe(true);
  });

  it('does not stop a server for another spelling of its plan', async () => {
    expect(await change({ plan: '1xCPU-2GB' })).toMatchObject({ plan: '1xCPU-2GB' });
    expect(acts()).toEqual(['PUT /server/:id']);
  });

  it('leaves a stopped server stopped', async () => {
    real.state = 'stopped';
    expect(await change({ plan: '2xCPU-4GB' })).toMatchObject({ plan: '2xCPU-4GB', state: 'stopped' });
  });

  it.each([
    [{ storage_gb: 40 }, 'The disk of server web-01 has 50 GB and cannot shrink to 40 GB'],
    [{ plan: '9xCPU-2GB' }, 'UpCloud has no plan 9xCPU-2GB'],
    [{ zone: 'fi-hel1' }, 'Zone and image of server web-01 cannot be changed at UpCloud'],
    [{ labels: { _x: '1' } }, 'Label _x of server web-01 cannot be stored'],
  ])('refuses %j for good, and changes nothing', async (more, message) => {
    await expect(change(more)).rejects.toMatchObject({
      permanent: true,
      message: expect.stringContaining(message),
    });
    expect(acts()).toEqual([]);
  });

  it('starts a server again if the change is refused', async () => {
    fake.trouble({ method: 'PUT', path: /^\/server/, how: { status: 200, body: '{}' } });
    fake.trouble({ method: 'PUT', path: /^\/server/, how: NO_ROOM });
    await expect(change({ plan: '2xCPU-4GB' })).rejects.toMatchObject({
      permanent: false,
      message: expect.stringContaining('another zone or plan'),
    });
    expect(real).toMatchObject({ state: 'started', plan: '1xCPU-2GB' });
    expect(label('provisioning-changing')).toBeUndefined();
  });

  it('is completed although it was cancelled', async () => {
    const controller = new AbortController();
    const log = () => controller.abort();
    const after = await change({ plan: '2xCPU-4GB' }, { signal: controller.signal, log });
    expect(after).toMatchObject({ plan: '2xCPU-4GB', state: 'running' });
    expect(controller.signal.aborted).toBe(true);
  });

  it.each([
    ['was stopped', { plan: '1xCPU-2GB' }],
    ['has its new plan', { plan: '2xCPU-4GB' }],
  ])('continues where a killed attempt stopped: it %s', async (_, left) => {
    Object.assign(real, left, { state: 'stopped' });
    real.labels.push({ key: 'provisioning-changing', value: 'started' });
    expect(await read()).toMatchObject({ plan: '1xCPU-2 GB', state: 'stopped' });
    expect((await read())?.description).toContain('is in progress or was interrupted');
    expect(await change({ plan: '2xCPU-4GB' })).toMatchObject({ plan: '2xCPU-4GB', state: 'running' });
    expect(label('provisioning-changing')).toBeUndefined();
  });

  it('reports what was changed at UpCloud', async () => {
    await change({ storage_gb: 50 });
    real.plan = '2xCPU-4GB';
    real.disk.storage_size = 60;
    expect(await read()).toMatchObject({ plan: '2xCPU-4GB', storage_gb: 60 });
  });

  it('repeats requests that can be repeated', async () => {
    fake.trouble({ method: 'PUT', how: 'cut after' });
    fake.trouble({ method: 'POST', path: /stop$/, how: 'cut after' });
    fake.trouble({ method: 'POST', path: /start$/, how: 'cut after' });
    fake.trouble({ method: 'GET', how: { status: 502, body: '<html></html>' } });
    expect(await change({ plan: '2xCPU-4GB' })).toMatchObject({ plan: '2xCPU-4GB', state: 'running' });
  });
});

describe('destroying servers at UpCloud', () => {
  let fake: FakeUpcloud;
  let driver: Driver;
  let server: Server;
  beforeEach(async () => {
    fake = await FakeUpcloud.start();
    driver = driverFor(fake);
    server = (await driver.resources.server.create(wanted('web-01'), A)).resource;
    fake.requests = [];
  });
  afterEach(() => fake.close());

  const destroy = (context = {}) => driver.resources.server.destroy(server, { ...B, ...context });
  const refusal = (error_code: string) => ({
    status: 409,
    body: JSON.stringify({ error: { error_code, error_message: 'Not in that state.' } }),
  });

  it('switches them off, and deletes their disks', async () => {
    expect(await destroy()).toMatchObject([
      { kind: 'server', action: 'destroyed', before: { id: server.id } },
    ]);
    expect(fake.account.servers).toEqual([]);
    expect(fake.account.disks.size).toBe(0);
    expect(fake.requests).toContainEqual(
      expect.objectContaining({ body: { stop_server: { stop_type: 'hard', timeout: '1' } } }),
    );
    expect(fake.asked('DELETE')).toEqual(['DELETE /server/:id?storages=1&backups=keep']);
  });

  it('does not switch off a stopped server', async () => {
    fake.account.servers[0]!.state = 'stopped';
    await destroy();
    expect(fake.asked('POST')).toEqual([]);
  });

  it('waits for a change in progress', async () => {
    fake.trouble({ path: /stop$/, how: refusal('SERVER_STATE_ILLEGAL'), times: 2 });
    fake.trouble({ method: 'DELETE', how: refusal('STORAGE_STATE_ILLEGAL'), times: 2 });
    fake.account.servers[0]!.state = 'maintenance';
    fake.account.servers[0]!.next = { looks: 4, state: 'started' };
    await destroy();
    expect(fake.account.servers).toEqual([]);
    expect(fake.asked('DELETE')).toHaveLength(3);
  });

  it('also deletes a duplicate of the same piece of work, and no other', async () => {
    const [one] = fake.account.servers;
    const { resource: twin } = await driver.resources.server.create(wanted('twin'), A);
    const { resource: other } = await driver.resources.server.create(wanted('other'), B);
    for (const another of fake.account.servers) {
      const labels = another.labels.filter(({ key }) => key !== 'provisioning-name');
      another.labels = [...labels, { key: 'provisioning-name', value: 'web-01' }];
      if (another !== one) another.created += 10;
    }
    expect(await destroy()).toHaveLength(1);
    expect(fake.account.servers.map(({ uuid }) => uuid)).toEqual([other.id]);
    expect(twin.id).not.toBe(other.id);
  });

  it('stops waiting when it is cancelled, and a repetition completes it', async () => {
    fake.account.looks = 1_000_000;
    const controller = new AbortController();
    const destroying = destroy({ signal: controller.signal });
    while (!fake.asked('POST').some((asked) => asked.endsWith('/stop')))
      await driver.resources.server.list('x');
    controller.abort();
    await expect(destroying).rejects.toMatchObject({ name: 'AbortError' });
    fake.account.servers[0]!.next = { looks: 1, state: 'stopped' };
    expect(await destroy()).toHaveLength(1);
    expect(fake.account.servers).toEqual([]);
  });

  it('does not delete a server that lost its labels', async () => {
    fake.account.servers[0]!.labels = [];
    expect(await destroy()).toEqual([]);
    expect(fake.account.servers).toHaveLength(1);
  });
});
