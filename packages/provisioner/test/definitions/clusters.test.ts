import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Bench } from './bench.js';

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.create();
  await bench.define('runtime');
  await bench.defineCluster(
    'farm',
    [
      { name: 'control', on: 'first' },
      { name: 'worker', on: 'others' },
    ],
    { taskservs: [{ name: 'runtime' }] },
  );
});
afterEach(() => bench.remove());

const create = (servers: string[], key = 'k', more = {}) =>
  bench.clusters.create(bench.wantedCluster('farm', servers, more), { idempotencyKey: key });

describe('a cluster', () => {
  it('is made of task services and steps on its servers, all of which have its record', async () => {
    const { resource, made } = await create(['one', 'two']);
    expect(made).toBe(true);
    expect(await bench.done('one')).toEqual(['install runtime 1.0', 'install control 1.0']);
    expect(await bench.done('two')).toEqual(['install runtime 1.0', 'install worker 1.0']);
    expect(await bench.done('three')).toEqual([]);
    expect(await bench.clusters.list('i')).toEqual([resource]);
    expect(await bench.clusters.read('i', 'farm')).toEqual(resource);
    expect(await create(['one', 'two'], 'other')).toEqual({ resource, made: false });
    expect(await bench.clusters.recall('i', 'k')).toEqual([
      { kind: 'cluster', action: 'created', before: null, after: resource },
    ]);
    // Its task services are part of that change.
    expect(await bench.taskservs.recall('i', 'k')).toEqual([]);
  });

  it('is removed in reverse order, with the task services that it installed', async () => {
    await bench.taskservs.create(bench.wanted('runtime', { server: 'two' }), { idempotencyKey: 'before' });
    const { resource } = await create(['one', 'two']);
    const changes = await bench.clusters.destroy(resource, { idempotencyKey: 'd' });
    expect(changes).toEqual([{ kind: 'cluster', action: 'destroyed', before: resource, after: null }]);
    expect((await bench.done('one')).slice(2)).toEqual(['remove control', 'remove runtime']);
    expect((await bench.done('two')).slice(2)).toEqual(['remove worker']);
    expect(await bench.clusters.list('i')).toEqual([]);
    expect(await bench.clusters.destroy(resource, { idempotencyKey: 'd' })).toEqual([]);
    expect(await bench.clusters.recall('i', 'd')).toEqual(changes);
  });

  it('keeps the task services that it depends on', async () => {
    await create(['one', 'two']);
    const runtime = (await bench.taskservs.read('i', 'one/runtime'))!;
    await expect(bench.taskservs.destroy(runtime, { idempotencyKey: 'd' })).rejects.toThrow(
      'required by farm on that server',
    );
  });

  it('changes its version and its servers', async () => {
    const { resource } = await create(['one', 'two'], 'k', { version: '1.0' });
    const wider = bench.wantedCluster('farm', ['one', 'three'], { version: '2.0' });
    const changed = await bench.clusters.change(resource, wider, { idempotencyKey: 'c' });
    expect(changed).toMatchObject({ id: resource.id, version: '2.0', servers: ['one', 'three'] });
    expect((await bench.done('one')).slice(2)).toEqual(['install control 2.0']);
    expect((await bench.done('two')).slice(2)).toEqual(['remove worker', 'remove runtime']);
    expect(await bench.done('three')).toEqual(['install runtime 1.0', 'install worker 2.0']);
    expect(await bench.clusters.list('i')).toEqual([changed]);
    expect(await bench.clusters.recall('i', 'c')).toEqual([
      { kind: 'cluster', action: 'changed', before: resource, after: changed },
    ]);
  });

  it('that was interrupted is completed by a repetition, and until then its parts can be undone', async () => {
    await bench.define('runtime', {}, { install: '[ "$SERVER_NAME" = one ] && echo 1 >"$MACHINE/runtime"' });
    await expect(create(['one', 'two'])).rejects.toThrow('runtime on two: the script "install" failed');
    expect(await bench.clusters.list('i')).toEqual([]);
    const recalled = await bench.taskservs.recall('i', 'k');
    expect(recalled).toMatchObject([{ action: 'created', after: { server: 'one', name: 'runtime' } }]);
    await bench.define('runtime');
    expect(await create(['one', 'two'])).toMatchObject({ made: true });
    expect(await bench.done('one')).toEqual(['install control 1.0']);
  });

  it('requires servers that exist', async () => {
    await expect(create([])).rejects.toThrow('requires at least one server');
    await expect(create(['one', 'none'])).rejects.toThrow(
      'requires the servers none, which do not exist in i',
    );
    expect(await bench.done()).toEqual([]);
  });
});
