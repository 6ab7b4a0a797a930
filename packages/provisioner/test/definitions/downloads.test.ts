import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { installedClusters, installedTaskservs } from '../../src/definitions/index.js';
import type { DesiredTaskserv } from '../../src/drivers/resource.js';
import { DebianTarget } from './debian-target.js';
import { Mirror } from './mirror.js';
import { serversNamed } from './servers.js';
import { withLog } from './logging-collection.js';

const SHIPPED = fileURLToPath(new URL('../../../../workspace/definitions', import.meta.url));
const missing = await DebianTarget.missing();
if (missing !== null) console.warn(`SKIPPED: no shipped download was tried, not even as a stub: ${missing}.`);

(missing === null ? describe : describe.skip)('shipped definitions that download, with stubs', () => {
  let mirror: Mirror;
  let target: DebianTarget;
  let lines: string[];
  const servers = serversNamed('one', 'two');
  const options = () => ({ downloadBase: mirror.base });
  const log = (line: string) => void lines.push(line);
  const taskservs = () =>
    withLog(installedTaskservs(target.run, servers, mirror.definitions, options()), log);
  const clusters = () => withLog(installedClusters(target.run, servers, mirror.definitions, options()), log);
  const wanted = (name: string, version: string | null = null): DesiredTaskserv => ({
    infra: 'i',
    server: 'one',
    name,
    provider: 'local',
    version,
    attributes: {},
  });

  beforeAll(async () => {
    mirror = await Mirror.create(SHIPPED);
  });
  afterAll(() => mirror.remove());
  beforeEach(async () => {
    lines = [];
    mirror.requests.length = 0;
    mirror.tampered.clear();
    target = await DebianTarget.create();
    for (const { name } of servers.all) await target.addServer(name);
  });
  afterEach(() => target.remove());

  it('Cilium is installed after Kubernetes and containerd, kept, and removed in reverse order', async () => {
    const { resource, made } = await taskservs().create(wanted('cilium'), { idempotencyKey: 'k' });
    expect([made, resource.version]).toEqual([true, '0.18.8']);
    const installed = (await taskservs().recall('i', 'k')).map(({ after }) => after);
    expect(installed.map((one) => [one?.name, one && 'version' in one && one.version])).toEqual([
      ['containerd', '2.1.5'],
      ['kubernetes', '1.34.2'],
      ['cilium', '0.18.8'],
    ]);
    expect(mirror.requests).toHaveLength(8);
    expect(await target.sh('one', '/usr/local/bin/kubelet --version')).toBe('Kubernetes v1.34.2');
    expect(await target.sh('one', 'cat /etc/containerd/config.toml')).toBe('SystemdCgroup = true');

    lines.length = 0;
    mirror.requests.length = 0;
    for (const name of ['kubernetes', 'cilium', 'containerd']) {
      expect(await taskservs().create(wanted(name), { idempotencyKey: 'other' })).toMatchObject({
        made: false,
      });
    }
    expect([lines, mirror.requests]).toEqual([[], []]);

    for (const one of installed.toReversed()) {
      const changes = await taskservs().destroy(one as never, { idempotencyKey: 'd' });
      expect(changes).toMatchObject([{ action: 'destroyed', before: { name: one?.name } }]);
    }
    expect(await target.sh('one', 'ls /usr/local/bin /usr/local/sbin /opt/cni/bin')).not.toMatch(
      /kube|containerd|runc|cilium|crictl|bridge/,
    );
  });

  it('a modified download is refused and not installed', async () => {
    mirror.tampered.set('runc.amd64', 'evil').set('runc.arm64', 'evil');
    await expect(taskservs().create(wanted('containerd'), { idempotencyKey: 'k' })).rejects.toThrow(
      /runc\.(amd|arm)64 is refused: its SHA-256 is b5c1fb2efc6d6b46/,
    );
    expect(await target.sh('one', 'ls /usr/local/bin /usr/local/sbin')).not.toMatch(/containerd|runc/);
    expect(await taskservs().list('i')).toEqual([]);

    mirror.tampered.clear();
    mirror.requests.length = 0;
    expect(await taskservs().create(wanted('containerd'), { idempotencyKey: 'k' })).toMatchObject({
      made: true,
    });
    // Complete downloads are not repeated.
    expect(mirror.requests.map((path) => path.replace(/-.*/, '').replace(/\..*/, ''))).toEqual([
      'runc',
      'cni',
    ]);
  });

  it('a failed download is reported', async () => {
    const nowhere = { ...options(), downloadBase: `${mirror.base}/nowhere` };
    const lost = installedTaskservs(target.run, servers, mirror.definitions, nowhere);
    await expect(lost.create(wanted('containerd'), { idempotencyKey: 'k' })).rejects.toThrow(
      /containerd-2\.1\.5-linux-\w+\.tar\.gz cannot be fetched/,
    );
  });

  it('changes its version and changes it back', async () => {
    const { resource } = await taskservs().create(wanted('containerd'), { idempotencyKey: 'k' });
    const older = await taskservs().change(resource, wanted('containerd', '2.0.7'), { idempotencyKey: 'c' });
    expect(older).toMatchObject({ id: resource.id, version: '2.0.7' });
    expect(await target.sh('one', '/usr/local/bin/containerd --version')).toContain(' v2.0.7 ');
    mirror.requests.length = 0;
    const newer = await taskservs().change(older, wanted('containerd', '2.1.5'), {
      idempotencyKey: 'c:undo',
    });
    expect(newer).toMatchObject({ id: resource.id, version: '2.1.5' });
    expect(await target.sh('one', '/usr/local/bin/containerd --version')).toContain(' v2.1.5 ');
    expect(mirror.requests).toEqual([]);
  });

  it('a BuildKit cluster spans servers, changes, and is removed with the containerd that it installed', async () => {
    const cluster = { infra: 'i', name: 'buildkit', provider: 'local' as const, attributes: {} };
    const { resource } = await clusters().create(
      { ...cluster, version: null, servers: ['one', 'two'] },
      { idempotencyKey: 'k' },
    );
    expect(resource).toMatchObject({ version: '0.26.3', servers: ['one', 'two'] });
    for (const server of ['one', 'two']) {
      expect(await target.sh(server, '/usr/local/bin/buildkitd --version')).toContain(' v0.26.3 ');
      expect(await target.sh(server, 'cat /etc/systemd/system/buildkit.service')).toContain(
        '--addr tcp://127.0.0.1:1234',
      );
    }
    const older = await clusters().change(
      resource,
      { ...cluster, version: '0.25.2', servers: ['one', 'two'] },
      { idempotencyKey: 'c' },
    );
    expect(await target.sh('two', '/usr/local/bin/buildkitd --version')).toContain(' v0.25.2 ');
    expect(await clusters().list('i')).toEqual([older]);
    await clusters().destroy(older, { idempotencyKey: 'd' });
    expect(await clusters().list('i')).toEqual([]);
    expect(await taskservs().list('i')).toEqual([]);
    expect(await target.sh('two', 'ls /usr/local/bin')).not.toMatch(/build|containerd/);
  });
});
