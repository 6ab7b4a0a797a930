import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DriverError, type Driver, type Server } from '../../src/index.js';
import { cannotChange, planCreate, stepsOf } from '../../src/plan/index.js';
import { actions, type Bench, type Fault } from './bench.js';

/** The behaviour of every driver's servers, with any fault between driver and provider. */
export function serversConform(name: string, open: () => Promise<Bench>, faults: readonly Fault[]): void {
  describe(`servers of the ${name} driver`, () => {
    let bench: Bench;
    let driver: Driver;
    let key = 0;
    const context = () => ({ idempotencyKey: `key-${name}-${++key}` });
    beforeAll(async () => {
      bench = await open();
      driver = await bench.driver();
    });
    afterEach(async () => {
      const clean = await bench.driver();
      for (const server of await clean.resources.server.list(bench.infra))
        await clean.resources.server.destroy(server, context());
    });
    afterAll(() => bench.close());

    const create = async (desired = bench.desired('web-01')): Promise<Server> =>
      (await driver.resources.server.create(desired, context())).resource;

    it('are made, listed, read and destroyed', async () => {
      const desired = bench.desired('web-01');
      const { resource, made } = await driver.resources.server.create(desired, context());
      expect(made).toBe(true);
      expect(resource).toMatchObject({ ...desired, driver: driver.name, state: expect.any(String) });
      expect(await bench.reality()).toEqual(['web-01']);
      expect(await driver.resources.server.read(bench.infra, 'web-01')).toMatchObject({
        ...desired,
        id: resource.id,
      });
      expect(await driver.resources.server.list(bench.infra)).toMatchObject([
        { ...desired, id: resource.id },
      ]);
      expect(actions(await driver.resources.server.destroy(resource, context()))).toEqual([
        'destroyed server web-01',
      ]);
      expect(await bench.reality()).toEqual([]);
      expect(await driver.resources.server.read(bench.infra, 'web-01')).toBeNull();
    });

    it('of another infra are not found', async () => {
      await create();
      expect(await driver.resources.server.list('elsewhere')).toEqual([]);
      expect(await driver.resources.server.read('elsewhere', 'web-01')).toBeNull();
    });

    it('are made once by repeated requests under any key', async () => {
      const desired = bench.desired('web-01');
      const mine = context();
      const first = await driver.resources.server.create(desired, mine);
      const again = await (await bench.driver()).resources.server.create(desired, mine);
      const others = await driver.resources.server.create(desired, context());
      expect([again.resource.id, others.resource.id]).toEqual([first.resource.id, first.resource.id]);
      expect(others.made).toBe(false);
      expect(await bench.reality()).toEqual(['web-01']);
    });

    it('are made once by concurrent requests', async () => {
      const desired = bench.desired('web-01');
      const mine = context();
      const both = await Promise.allSettled([
        driver.resources.server.create(desired, mine),
        (await bench.driver()).resources.server.create(desired, mine),
      ]);
      expect(both.some(({ status }) => status === 'fulfilled')).toBe(true);
      expect(await bench.reality()).toEqual(['web-01']);
    });

    it('are made once by concurrent requests under different keys', async () => {
      const desired = bench.desired('web-01');
      const both = await Promise.allSettled([
        driver.resources.server.create(desired, context()),
        (await bench.driver()).resources.server.create(desired, context()),
      ]);
      expect(both.some(({ status }) => status === 'fulfilled')).toBe(true);
      expect(await bench.reality()).toEqual(['web-01']);
    });

    it('are made again under the same key after they were destroyed', async () => {
      const desired = bench.desired('web-01');
      const mine = context();
      const { resource: first } = await driver.resources.server.create(desired, mine);
      await driver.resources.server.destroy(first, context());
      const { resource: second, made } = await driver.resources.server.create(desired, mine);
      expect(made).toBe(true);
      expect(second.id).not.toBe(first.id);
      expect(await bench.reality()).toEqual(['web-01']);
    });

    it('are recalled by the key under which they were made, and no other', async () => {
      const mine = context();
      const { resource } = await driver.resources.server.create(bench.desired('web-01'), mine);
      const fresh = await bench.driver();
      const [change, ...more] = await fresh.recall(bench.infra, mine.idempotencyKey);
      expect(more).toEqual([]);
      expect(change).toMatchObject({ kind: 'server', action: 'created', after: { id: resource.id } });
      expect(await fresh.recall(bench.infra, context().idempotencyKey)).toEqual([]);
    });

    it('keep the ids of the servers that they replace', async () => {
      const restores = ['the-first', 'the-second'];
      const { resource } = await driver.resources.server.create(bench.desired('web-01'), {
        ...context(),
        restores,
      });
      expect(resource.restores).toEqual(restores);
      const read = await (await bench.driver()).resources.server.read(bench.infra, 'web-01');
      expect(read).toMatchObject({ id: resource.id, restores });
    });

    it('are changed in place if possible, and stay the same server', async () => {
      const before = await create();
      const desired = bench.altered(bench.desired('web-01'));
      if (!desired) return;
      const after = await driver.resources.server.change(before, desired, context());
      expect(after).toMatchObject({ ...desired, id: before.id });
      const read = await (await bench.driver()).resources.server.read(bench.infra, 'web-01');
      expect(read).toMatchObject({ ...desired, id: before.id });
    });

    it('that are gone can be destroyed without an error', async () => {
      const server = await create();
      await driver.resources.server.destroy(server, context());
      expect(await driver.resources.server.destroy(server, context())).toEqual([]);
    });

    it('that were removed at the provider are no longer listed', async () => {
      const server = await create();
      await bench.vanish(server);
      expect(await driver.resources.server.read(bench.infra, 'web-01')).toBeNull();
      expect(await driver.resources.server.destroy(server, context())).toEqual([]);
      const desired = bench.altered(bench.desired('web-01')) ?? bench.desired('web-01');
      await expect(driver.resources.server.change(server, desired, context())).rejects.toThrow(DriverError);
    });

    it('that others made in their place are not destroyed', async () => {
      const old = await create();
      await driver.resources.server.destroy(old, context());
      const young = await create();
      expect(young.id).not.toBe(old.id);
      expect(await driver.resources.server.destroy(old, context())).toEqual([]);
      expect(await bench.reality()).toEqual(['web-01']);
    });

    it('that were stopped at the provider are reported as stopped, started in place, and stopped again', async () => {
      const { stopped: stop } = bench.turn;
      if (!stop) return;
      const server = await create();
      await stop(server);
      const collection = driver.resources.server;
      const found = await collection.read(bench.infra, 'web-01');
      expect(found).toMatchObject({ id: server.id, state: 'stopped' });
      const [step] = stepsOf(planCreate(bench.infra, [bench.desired('web-01')], [found!]));
      expect(step).toMatchObject({
        action: 'change',
        differences: [{ field: 'state', before: 'stopped', after: 'running' }],
      });
      const started = await collection.change(found!, step!.after!, context());
      expect(started).toMatchObject({ ...bench.desired('web-01'), id: server.id, state: 'running' });
      const again = await collection.change(
        started,
        { ...bench.desired('web-01'), state: 'stopped' },
        context(),
      );
      expect(again).toMatchObject({ id: server.id, state: 'stopped' });
      expect(await collection.read(bench.infra, 'web-01')).toMatchObject({ id: server.id, state: 'stopped' });
    });

    it('in state error are reported as such, and never count as wanted', async () => {
      const { error: breakIt, stopped: mendIt } = bench.turn;
      if (!breakIt || !mendIt) return;
      const server = await create();
      await breakIt(server);
      const found = await driver.resources.server.read(bench.infra, 'web-01');
      expect(found).toMatchObject({ id: server.id, state: 'error' });
      const { entries } = planCreate(bench.infra, [bench.desired('web-01')], [found!]);
      expect(entries).toMatchObject([{ action: 'blocked', reason: expect.stringContaining('state error') }]);
      await mendIt(server);
    });

    it('that could not be made are refused in advance', async () => {
      const { impossible } = bench;
      if (!impossible) return;
      const after = impossible.desired('web-01');
      const refusals = await driver.refusals!([
        { before: null, after: bench.desired('web-02') },
        { before: null, after },
      ]);
      expect(refusals).toMatchObject([
        { name: 'web-01', reason: expect.stringContaining(impossible.because) },
      ]);
      expect(await bench.reality()).toEqual([]);
      await expect(driver.resources.server.create(after, context())).rejects.toMatchObject({
        permanent: true,
      });
    });

    it('are changed back, unless the driver declares that it cannot', async () => {
      const altered = bench.altered(bench.desired('web-01'));
      if (!altered) return;
      const before = await create();
      const after = await driver.resources.server.change(before, altered, context());
      const reason = cannotChange(driver.name, 'server', { ...after }, { ...before });
      const back = driver.resources.server.change(after, bench.desired('web-01'), context());
      if (reason === null) {
        expect(await back).toMatchObject({ ...bench.desired('web-01'), id: before.id });
      } else {
        await expect(back).rejects.toMatchObject({ permanent: true });
        const refused = await driver.refusals!([{ before: after, after: bench.desired('web-01') }]);
        expect(refused).toMatchObject([{ name: 'web-01' }]);
      }
    });

    it('are read by several names at once, without those of other servers', async () => {
      await create(bench.desired('web-01'));
      await create(bench.desired('web-02'));
      const collection = driver.resources.server;
      if (!collection.readAll) return;
      const { found, silent } = await collection.readAll(bench.infra, ['web-02', 'no-such', 'web-01']);
      expect(found.map(({ name }) => name).sort()).toEqual(['web-01', 'web-02']);
      expect(silent).toEqual([]);
    });

    it('are recalled alone if only servers are requested', async () => {
      const mine = context();
      await driver.resources.server.create(bench.desired('web-01'), mine);
      const key = mine.idempotencyKey;
      const recalled = await driver.recall(bench.infra, key, { kinds: ['server'] });
      expect(actions(recalled)).toEqual(['created server web-01']);
      expect(await driver.recall(bench.infra, key, { kinds: ['taskserv', 'cluster'] })).toEqual([]);
    });

    it('are not started after an abort', async () => {
      const signal = AbortSignal.abort();
      const making = driver.resources.server.create(bench.desired('web-01'), { ...context(), signal });
      await expect(making).rejects.toMatchObject({ name: 'AbortError' });
      expect(await bench.reality()).toEqual([]);
    });

    it('that are cancelled in the middle exist or not, and a repetition completes them', async () => {
      const mine = context();
      const desired = bench.desired('web-01');
      const signal = AbortSignal.timeout(bench.cancelAfterMs);
      await driver.resources.server.create(desired, { ...mine, signal }).catch(() => {});
      const { resource } = await (await bench.driver()).resources.server.create(desired, mine);
      expect(resource).toMatchObject(desired);
      expect(await bench.reality()).toEqual(['web-01']);
    });

    if (faults.includes('lost answer')) {
      it('are made once although the answer was lost', async () => {
        const mine = context();
        const desired = bench.desired('web-01');
        await bench.faults['lost answer']!();
        await driver.resources.server.create(desired, mine).catch(() => {});
        const { resource, made } = await (await bench.driver()).resources.server.create(desired, mine);
        expect({ made, resource }).toMatchObject({ made: true, resource: desired });
        expect(await bench.reality()).toEqual(['web-01']);
      });

      it('are gone although the answer was lost', async () => {
        const server = await create();
        const mine = context();
        await bench.faults['lost answer']!();
        await driver.resources.server.destroy(server, mine).catch(() => {});
        await (await bench.driver()).resources.server.destroy(server, mine);
        expect(await bench.reality()).toEqual([]);
      });
    }

    if (faults.includes('throttled')) {
      it('are made and destroyed although the provider asks to come back later', async () => {
        await bench.faults.throttled!();
        const server = await create();
        await bench.faults.throttled!();
        await driver.resources.server.destroy(server, context());
        expect(await bench.reality()).toEqual([]);
      });
    }

    if (faults.includes('not yet visible')) {
      it('are made once although they are not visible at first', async () => {
        const mine = context();
        await bench.faults['not yet visible']!();
        const { resource } = await driver.resources.server.create(bench.desired('web-01'), mine);
        const again = await (await bench.driver()).resources.server.create(bench.desired('web-01'), mine);
        expect(again.resource.id).toBe(resource.id);
        expect(await bench.reality()).toEqual(['web-01']);
      });
    }

    if (faults.includes('silence')) {
      it('fail with a sentence that names the provider when it does not answer, and can be tried again', async () => {
        await bench.faults.silence!();
        const making = driver.resources.server.create(bench.desired('web-01'), context());
        await expect(making).rejects.toMatchObject({ name: 'DriverError', permanent: false });
      });
    }
  });
}
