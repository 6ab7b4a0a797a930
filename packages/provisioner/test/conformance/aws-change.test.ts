import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Driver, Server } from '../../src/index.js';
import { planWanted } from '../../src/plan/index.js';
import { driverFor, wanted } from './aws-bench.js';
import { FakeEc2 } from './fake-ec2.js';
import type { FakeInstance } from './fake-ec2-instance.js';

const A = { idempotencyKey: 'key-a' };
const B = { idempotencyKey: 'key-b' };
const FULL = { code: 'Server.InsufficientInstanceCapacity', message: 'No room' };

describe('changing servers at AWS', () => {
  let fake: FakeEc2;
  let driver: Driver;
  let server: Server;
  let instance: FakeInstance;
  beforeEach(async () => {
    fake = await FakeEc2.start();
    driver = driverFor(fake);
    fake.region().nextLaunch = new Date(Date.now() - 3_600_000);
    ({ resource: server } = await driver.resources.server.create(wanted('web-01', { storage_gb: 20 }), A));
    instance = fake.region().instances[0]!;
    fake.requests.length = 0;
  });
  afterEach(() => fake.close());

  const change = (
    more: Partial<Server>,
    context: Parameters<Driver['resources']['server']['change']>[2] = B,
  ) => driver.resources.server.change(server, { ...wanted('web-01', { storage_gb: 20 }), ...more }, context);
  const read = () => driverFor(fake).resources.server.read('production', 'web-01');

  it('changes the plan while it is stopped, and reports its new address', async () => {
    const lines: string[] = [];
    const after = await change({ plan: 't3.large' }, { ...B, log: (line) => lines.push(line) });
    expect(fake.acts()).toEqual([
      'CreateTags',
      'StopInstances',
      'ModifyInstanceAttribute',
      'StartInstances',
      'CreateTags',
    ]);
    expect([instance.type, instance.state]).toEqual(['t3.large', 'running']);
    expect(after).toMatchObject({ plan: 't3.large', state: 'running', ip: instance.publicIp });
    expect(after.changed_at > after.made_at).toBe(true);
    expect(lines).toEqual([expect.stringContaining('stops for a moment to become a t3.large')]);
    // It has a new launch time, and the same age as before.
    expect((await read())?.made_at).toBe(server.made_at);
  });

  it.each([['zone'], ['plan'], ['instance-type'], ['image']])(
    'keeps working with a server that lost its tag of the %s, repairs it by the next change, and destroys it',
    async (mark) => {
      const debian = wanted('web-02', { image: 'debian-12' });
      const { resource } = await driver.resources.server.create(debian, A);
      const { tags } = fake.region().instances.find(({ id }) => id === resource.id)!;
      const complete = new Map(tags);
      tags.delete(`provisioning:${mark}`);
      const found = (await driverFor(fake).resources.server.read('production', 'web-02'))!;
      expect(found).toMatchObject({ id: resource.id, zone: 'eu-central-1a' });
      // If it is wanted as it was, it is never replaced because of a lost tag.
      const [entry] = planWanted('server', 'production', [debian], [found]).entries;
      expect(['change', 'unchanged']).toContain(entry!.action);
      await driver.resources.server.change(found, debian, B);
      for (const name of ['zone', 'plan', 'instance-type', 'image'])
        expect(tags.get(`provisioning:${name}`)).toBe(complete.get(`provisioning:${name}`));
      const repaired = (await driverFor(fake).resources.server.read('production', 'web-02'))!;
      expect(planWanted('server', 'production', [debian], [repaired]).entries[0]!.action).toBe('unchanged');

      tags.delete(`provisioning:${mark}`);
      const damaged = (await driverFor(fake).resources.server.read('production', 'web-02'))!;
      await driver.resources.server.destroy(damaged, B);
      expect(await driverFor(fake).resources.server.read('production', 'web-02')).toBeNull();
    },
  );

  it('assumes the wanted zone for a lost tag only if the instance is in it', async () => {
    instance.tags.delete('provisioning:zone');
    const found = (await read())!;
    expect(found).toMatchObject({ zone: 'eu-central-1a', lost: ['zone'] });
    const inRegion = wanted('web-01', { storage_gb: 20, zone: 'eu-central-1' });
    const elsewhere = { ...inRegion, zone: 'eu-central-1b' };
    await expect(driver.resources.server.change(found, elsewhere, B)).rejects.toThrow('cannot be changed');
    expect(instance.tags.has('provisioning:zone')).toBe(false);
    expect(await driver.resources.server.change(found, inRegion, B)).toMatchObject({ zone: 'eu-central-1' });
    expect(await read()).toMatchObject({ zone: 'eu-central-1' });
  });

  it('records another name for the same plan without a change', async () => {
    expect(await change({ plan: '2xCPU-2 GB' })).toMatchObject({ plan: '2xCPU-2 GB' });
    expect(fake.acts()).toEqual(['CreateTags']);
  });

  it('leaves a stopped server stopped', async () => {
    instance.turn('stopped');
    expect(await change({ plan: 't3.large' })).toMatchObject({ plan: 't3.large', state: 'stopped' });
    expect(fake.acts()).not.toContain('StartInstances');
  });

  it('replaces labels while it runs, and keeps tags of others', async () => {
    instance.tags.set('createdBy', 'a policy of the account');
    await change({ labels: { tier: 'api', role: 'worker' } });
    await change({ labels: { tier: 'db' } });
    expect(fake.acts()).toEqual(['CreateTags', 'DeleteTags', 'CreateTags']);
    expect(await read()).toMatchObject({ labels: { tier: 'db' } });
    expect(instance.tags.has('role')).toBe(false);
    expect(instance.tags.get('createdBy')).toBe('a policy of the account');
  });

  it('grows the volume as it runs, and waits until it has grown', async () => {
    expect(await change({ storage_gb: 30 })).toMatchObject({ storage_gb: 30 });
    expect(fake.acts()).toEqual(['ModifyVolume', 'CreateTags']);
    expect(instance.volume.size).toBe(30);
  });

  it('continues with a volume that is growing already', async () => {
    instance.volume.modification = { target: 30, looks: 0 };
    await change({ storage_gb: 30 });
    expect(fake.acts()).toEqual(['CreateTags']);
  });

  it('reports that a volume can be changed once in six hours', async () => {
    instance.volume.modification = { target: 20, looks: 5 };
    await expect(change({ storage_gb: 30 })).rejects.toMatchObject({
      permanent: false,
      message: expect.stringContaining('once in six hours'),
    });
  });

  it.each([
    ['a smaller volume', { storage_gb: 10 }, /has 20 GB and cannot shrink to 10 GB/],
    [
      'a plan with other processors',
      { plan: 't4g.small' },
      /system for x86_64, but the plan t4g\.small is for arm64/,
    ],
    ['a plan that there is not', { plan: 't3.enormous' }, /t3\.enormous/],
    ['another zone', { zone: 'eu-central-1b' }, /Zone and image/],
    ['another image', { image: 'debian-13' }, /Zone and image/],
    ['a label of AWS', { labels: { 'aws:x': '1' } }, /reserved for AWS/],
  ])('refuses %s for good, before it is stopped', async (_, more, message) => {
    await expect(change(more)).rejects.toMatchObject({
      permanent: true,
      message: expect.stringMatching(message),
    });
    expect(fake.acts()).toEqual([]);
    expect(instance.state).toBe('running');
  });

  it.each([
    [
      'there is no room for the new plan',
      () =>
        fake.trouble({
          action: /^Start/,
          times: 3,
          how: { status: 500, code: 'InsufficientInstanceCapacity' },
        }),
    ],
    ['it stops again as it starts', () => void (fake.region().nextDies = { state: 'stopped', ...FULL })],
    [
      'the new plan is refused',
      () => fake.trouble({ action: /^Modify/, how: { status: 400, code: 'InvalidParameterCombination' } }),
    ],
  ])('is returned to its state if %s', async (_, arrange) => {
    arrange();
    await expect(change({ plan: 't3.large', labels: {} })).rejects.toThrow(/web-01/);
    expect([instance.type, instance.state]).toEqual(['t3.small', 'running']);
    expect(await read()).toMatchObject({ plan: 't3.small', labels: { role: 'web' } });
    expect((await read())?.description).not.toContain('interrupted');
  });

  it('reports that it cannot be returned to its state either', async () => {
    fake.trouble({ action: /^Start/, times: 6, how: { status: 500, code: 'InsufficientInstanceCapacity' } });
    await expect(change({ plan: 't3.large' })).rejects.toThrow(
      /In addition, the server could not be returned to state running as a t3\.small/,
    );
    expect((await read())?.description).toContain('was interrupted');
    // A repetition continues from there.
    expect(await change({ plan: 't3.large' })).toMatchObject({ plan: 't3.large', state: 'running' });
  });

  it('is finished although it was cancelled in the middle', async () => {
    const controller = new AbortController();
    const changing = change(
      { plan: 't3.large' },
      { ...B, signal: controller.signal, log: () => controller.abort() },
    );
    expect(await changing).toMatchObject({ plan: 't3.large', state: 'running' });
  });

  it('reports a change that was made at AWS, and reverses it', async () => {
    instance.type = 't3.medium';
    expect(await read()).toMatchObject({ plan: 't3.medium' });
    expect(await change({})).toMatchObject({ plan: 't3.small' });
    expect(instance.type).toBe('t3.small');
  });

  it('refuses one that lost its tags', async () => {
    instance.tags.clear();
    await expect(change({ labels: {} })).rejects.toMatchObject({
      permanent: true,
      message: expect.stringContaining('tags'),
    });
  });
});
