import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { waitFor } from '@provisioning/test-kit';
import { Bench } from './bench.js';

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.create();
});
afterEach(() => bench.remove());

const create = (name: string, key = 'k', more = {}) =>
  bench.taskservs.create(bench.wanted(name, more), { idempotencyKey: key });

describe('a task service', () => {
  it('is installed once, with a record on the server itself', async () => {
    await bench.define('web', { parameters: { port: { type: 'integer', default: 80 } } });
    const { resource, made } = await create('web', 'k', { attributes: { port: 81 } });
    expect(made).toBe(true);
    expect(resource).toMatchObject({ name: 'web', server: 'one', version: '1.0', driver: 'test' });
    expect(JSON.parse(await bench.read('one', 'root/taskservs/web.json'))).toMatchObject({
      id: resource.id,
      version: '1.0',
      parameters: { port: 81 },
      key: 'k',
      made_at: resource.made_at,
      adopted: false,
    });
    expect(await create('web')).toEqual({ resource, made: true });
    expect(await create('web', 'other')).toEqual({ resource, made: false });
    expect(await bench.taskservs.list('i')).toEqual([resource]);
    expect(await bench.taskservs.list('another')).toEqual([]);
    expect(await bench.taskservs.recall('i', 'k')).toEqual([
      { kind: 'taskserv', action: 'created', before: null, after: resource },
    ]);
    expect(await bench.done()).toEqual(['install web 1.0']);
  });

  it('that existed before is adopted, and kept when it is deleted', async () => {
    await bench.define('web');
    await writeFile(bench.path('one', 'web'), '0.9');
    const { resource, made } = await create('web');
    expect([made, resource.version]).toEqual([true, '0.9']);
    await bench.taskservs.destroy(resource, { idempotencyKey: 'k:undo' });
    expect(await bench.taskservs.list('i')).toEqual([]);
    expect(await bench.read('one', 'web')).toBe('0.9');
    expect(await bench.done()).toEqual([]);
  });

  it('changes its version, which counts as one change under one key', async () => {
    await bench.define('web');
    const { resource } = await create('web', 'k', { version: '1.0' });
    const key = { idempotencyKey: 'c' };
    const second = await bench.taskservs.change(resource, bench.wanted('web', { version: '2.0' }), key);
    const third = await bench.taskservs.change(second, bench.wanted('web', { version: '3.0' }), key);
    expect(third).toMatchObject({ id: resource.id, version: '3.0', made_at: resource.made_at });
    expect(await bench.done()).toEqual(['install web 1.0', 'install web 2.0', 'install web 3.0']);
    expect(await bench.taskservs.recall('i', 'c')).toEqual([
      { kind: 'taskserv', action: 'changed', before: resource, after: third },
    ]);
  });

  it('that the distribution has updated is not reverted by another change', async () => {
    await bench.define('web', { parameters: { port: { type: 'integer', default: 80 } } });
    const { resource } = await create('web');
    await writeFile(bench.path('one', 'web'), '1.1');
    const wanted = bench.wanted('web', { version: resource.version, attributes: { port: 81 } });
    const changed = await bench.taskservs.change(resource, wanted, { idempotencyKey: 'c' });
    expect(changed).toMatchObject({ version: '1.1', attributes: { port: 81 } });
    expect(await bench.done()).toEqual(['install web 1.0']);
  });

  it('is destroyed only by its own id', async () => {
    await bench.define('web');
    const { resource } = await create('web');
    const other = { ...resource, id: 'another' };
    expect(await bench.taskservs.destroy(other, { idempotencyKey: 'd' })).toEqual([]);
    const gone = { kind: 'taskserv', action: 'destroyed', before: resource, after: null };
    expect(await bench.taskservs.destroy(resource, { idempotencyKey: 'd' })).toEqual([gone]);
    expect(await bench.taskservs.destroy(resource, { idempotencyKey: 'd' })).toEqual([]);
    expect(await bench.taskservs.recall('i', 'd')).toEqual([gone]);
    await expect(
      bench.taskservs.change(resource, bench.wanted('web'), { idempotencyKey: 'c' }),
    ).rejects.toThrow('removed or replaced by another process');
    expect(await bench.done()).toEqual(['install web 1.0', 'remove web']);
  });

  it('is made once by concurrent requests', async () => {
    await bench.define('web');
    const both = await Promise.all([create('web', 'a'), create('web', 'b')]);
    expect(both.map(({ made }) => made).sort()).toEqual([false, true]);
    expect(both[0].resource).toEqual(both[1].resource);
    expect(await bench.done()).toEqual(['install web 1.0']);
  });
});

describe('a failure', () => {
  it('is reported with its last output, and the next attempt continues', async () => {
    const broken = `echo half >"$MACHINE/half"; echo 'the disk is full' >&2; exit 3`;
    await bench.define('web', {}, { install: broken });
    await expect(create('web')).rejects.toThrow(
      'web on one: the script "install" failed (exit status 3). Its last output: the disk is full Correct this and run the command again',
    );
    expect(await bench.taskservs.list('i')).toEqual([]);
    await bench.define('web');
    expect(await create('web', 'another')).toMatchObject({ made: true });
    expect(JSON.parse(await bench.read('one', 'root/taskservs/web.json'))).toMatchObject({ adopted: false });
  });

  it('at the time limit ends the script', async () => {
    await bench.define(
      'web',
      { timeouts: { install: 1 } },
      { install: `echo $$ >"$MACHINE/pid"; sleep 1000 & wait` },
    );
    await expect(create('web')).rejects.toThrow('the script "install" took more than 1 seconds');
    await expectGone(await bench.read('one', 'pid'));
  });

  it('is reported if the check contradicts, reports no version, or still finds it', async () => {
    await bench.define('web', {}, { install: 'true' });
    await expect(create('web')).rejects.toThrow('the installation succeeded, but the check does not find it');
    await bench.define('web', {}, { check: 'true' });
    await expect(create('web')).rejects.toThrow('The check must call report_version');
    await bench.define('web', {}, { remove: 'true' });
    const { resource } = await create('web');
    await expect(bench.taskservs.destroy(resource, { idempotencyKey: 'd' })).rejects.toThrow(
      'the removal succeeded, but the check still finds it',
    );
    expect(await bench.taskservs.list('i')).toEqual([resource]);
  });

  it('before any act says what to write', async () => {
    await bench.define('web', {
      default_version: '2',
      versions: { '2': {} },
      parameters: { port: { type: 'integer', default: 80, maximum: 65535 } },
    });
    const refusals: [object, string][] = [
      [{ version: '9' }, 'Version 9 of web is not defined. Defined: 2.'],
      [{ attributes: { port: 70000 } }, 'Parameter port of web must be at most 65535, got 70000.'],
      [
        { attributes: { prot: 1 } },
        'Parameter prot of web is not a known parameter: known parameters are port.',
      ],
      [{ server: 'none' }, 'Task service web requires server none, which does not exist in i.'],
      [
        { name: 'wob' },
        'The task service "wob" is not defined. Did you mean "web"? Defined: web. To define one,',
      ],
      [{ name: '../web' }, 'The task service "../web" is not defined'],
    ];
    for (const [more, message] of refusals) {
      await expect(create('web', 'k', more)).rejects.toMatchObject({
        message: expect.stringContaining(message),
        permanent: true,
      });
    }
    bench.servers.all[0]!.state = 'stopped';
    await expect(create('web')).rejects.toThrow('Server one is stopped');
    expect(await bench.done()).toEqual([]);
  });

  it('on a machine with two names is explained', async () => {
    await bench.define('web');
    await create('web');
    const record = await bench.read('one', 'root/taskservs/web.json');
    await writeFile(
      bench.path('one', 'root/taskservs/web.json'),
      record.replace('"infra": "i"', '"infra": "j"'),
    );
    expect(await bench.taskservs.read('i', 'one/web')).toBeNull();
    await expect(create('web')).rejects.toThrow('as one/web of infra j: that machine has two names');
  });

  it('caused by a damaged record is reported', async () => {
    await bench.define('web');
    await create('web');
    await writeFile(bench.path('one', 'root/taskservs/web.json'), '{');
    await expect(bench.taskservs.list('i')).rejects.toThrow(
      'A record of the installed software on one is damaged',
    );
  });
});

describe('a cancelled installation', () => {
  it.each<NodeJS.Signals>(['SIGTERM', 'SIGKILL'])(
    'by %s in the middle, it ends what runs on the server, and a repeat finishes the work',
    async (end) => {
      bench.end = end;
      await bench.define('web', {}, { install: `echo $$ >"$MACHINE/pid"; echo begun; sleep 1000 & wait` });
      const controller = new AbortController();
      bench.onLine = () => controller.abort();
      const context = { idempotencyKey: 'k', signal: controller.signal };
      await expect(bench.taskservs.create(bench.wanted('web'), context)).rejects.toMatchObject({
        name: 'AbortError',
      });
      await expectGone(await bench.read('one', 'pid'));
      expect(await bench.taskservs.list('i')).toEqual([]);
      await bench.define('web');
      expect(await create('web')).toMatchObject({ made: true });
      expect(await bench.done()).toEqual(['install web 1.0']);
    },
  );

  it('that was killed before its record was written still belongs to the platform', async () => {
    const check = `version=$(cat "$MACHINE/web" 2>/dev/null) || exit 1
      report_version "$version"; if [ -e "$MACHINE/pause" ]; then echo checked; sleep 1; fi`;
    await bench.define('web', {}, { check });
    await writeFile(bench.path('one', 'pause'), '');
    const controller = new AbortController();
    bench.onLine = () => controller.abort();
    bench.end = 'SIGKILL';
    const context = { idempotencyKey: 'k', signal: controller.signal };
    await expect(bench.taskservs.create(bench.wanted('web'), context)).rejects.toMatchObject({
      name: 'AbortError',
    });
    await rm(bench.path('one', 'pause'));
    const { resource, made } = await create('web');
    expect(made).toBe(true);
    await bench.taskservs.destroy(resource, { idempotencyKey: 'k:undo' });
    expect(await bench.done()).toEqual(['install web 1.0', 'remove web']);
  });
});

describe('a task service with requirements', () => {
  beforeEach(async () => {
    await bench.define('runtime', { order: 90 });
    await bench.define('platform', { order: 50, requires: ['runtime'] });
    await bench.define('network', { order: 10, requires: ['platform'] });
  });

  it('is installed after them, for any request', async () => {
    for (const name of ['network', 'platform', 'runtime']) {
      expect(await create(name)).toMatchObject({ made: true, resource: { name } });
    }
    expect(await bench.done()).toEqual([
      'install runtime 1.0',
      'install platform 1.0',
      'install network 1.0',
    ]);
    const recalled = await bench.taskservs.recall('i', 'k');
    expect(recalled.map(({ after }) => after?.name)).toEqual(['runtime', 'platform', 'network']);
  });

  it('prevents their removal, except by an undo of all of them', async () => {
    await create('network');
    const runtime = (await bench.taskservs.read('i', 'one/runtime'))!;
    await expect(bench.taskservs.destroy(runtime, { idempotencyKey: 'd' })).rejects.toMatchObject({
      message: expect.stringContaining(
        'one/runtime is required by platform on that server. Delete that first.',
      ),
      permanent: true,
    });
    const changes = await bench.taskservs.destroy(runtime, { idempotencyKey: 'k:undo' });
    expect(changes.map(({ before }) => before?.name)).toEqual(['network', 'platform', 'runtime']);
    expect((await bench.done()).slice(3)).toEqual(['remove network', 'remove platform', 'remove runtime']);
  });

  it('in a cycle is refused', async () => {
    await bench.define('runtime', { requires: ['network'] });
    await expect(create('platform')).rejects.toThrow(
      'platform requires runtime requires network requires platform',
    );
    expect(await bench.done()).toEqual([]);
  });

  it('is changed to a version that is requested later', async () => {
    await create('platform');
    const { resource } = await create('runtime', 'k', { version: '2.0' });
    expect(resource.version).toBe('2.0');
    expect(await bench.read('one', 'runtime')).toBe('2.0\n');
  });
});

/** A process that has ended may still be waiting for its parent to notice. */
async function expectGone(pid: string): Promise<void> {
  await waitFor(async () => {
    const status = await readFile(`/proc/${pid.trim()}/status`, 'utf8').catch(() => 'State:\tZ');
    return /^State:\s+[ZX]/m.test(status);
  });
}
