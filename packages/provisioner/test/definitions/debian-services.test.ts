import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder, type TemporaryFolder } from '@provisioning/test-kit';
import { Definitions, installedTaskservs, type InstalledTaskservs } from '../../src/definitions/index.js';
import type { DesiredTaskserv } from '../../src/drivers/resource.js';
import { DebianTarget } from './debian-target.js';
import { serversNamed } from './servers.js';
import { withLog } from './logging-collection.js';

const DEFINITIONS = fileURLToPath(new URL('../../../../workspace/definitions', import.meta.url));
const HOW_TO = fileURLToPath(new URL('../../../../docs/how-to/add-a-task-service.md', import.meta.url));
const missing = await DebianTarget.missing();
if (missing !== null) console.warn(`SKIPPED: no task service was really installed: ${missing}.`);

// The program that shows that it is installed, and its package.
const SERVICES: [name: string, program: string, packageName: string][] = [
  ['chrony', '/usr/sbin/chronyd --version', 'chrony'],
  ['etcd', '/usr/bin/etcd --version', 'etcd-server'],
  ['haproxy', '/usr/sbin/haproxy -v', 'haproxy'],
  ['nginx', '/usr/sbin/nginx -v', 'nginx'],
  ['postgresql', '/usr/lib/postgresql/*/bin/postgres --version', 'postgresql'],
  ['prometheus-node-exporter', '/usr/bin/prometheus-node-exporter --version', 'prometheus-node-exporter'],
  ['redis', '/usr/bin/redis-server --version', 'redis-server'],
  // The example of the documentation.
  ['memcached', '/usr/bin/memcached --version', 'memcached'],
];

async function documented(folder: string): Promise<void> {
  const blocks = [...(await readFile(HOW_TO, 'utf8')).matchAll(/^```(?:toml|bash)\n(.*?)^```/gms)];
  await mkdir(folder, { recursive: true });
  for (const [index, file] of ['definition.toml', 'check', 'install', 'remove'].entries()) {
    await writeFile(join(folder, file), blocks[index]?.[1] ?? '');
  }
}

(missing === null ? describe : describe.skip)('from Debian packages, really installed', () => {
  let target: DebianTarget;
  let definitions: TemporaryFolder;
  let lines: string[];
  let onLine = (_line: string) => {};
  let taskservs: InstalledTaskservs;
  const wanted = (name: string, more: Partial<DesiredTaskserv> = {}): DesiredTaskserv => ({
    infra: 'i',
    server: 'web-01',
    name,
    provider: 'local',
    version: null,
    attributes: {},
    ...more,
  });

  beforeAll(async () => {
    target = await DebianTarget.create();
    await target.addServer('web-01');
    lines = [];
    definitions = await temporaryFolder('documented');
    await cp(DEFINITIONS, definitions.path, { recursive: true });
    await documented(join(definitions.path, 'taskservs/memcached'));
    taskservs = withLog(
      installedTaskservs(target.run, serversNamed('web-01'), new Definitions(definitions.path)),
      (line) => {
        lines.push(line);
        onLine(line);
      },
    );
  });
  afterAll(async () => {
    await target.remove();
    await definitions.remove();
  });

  it.each(SERVICES)(
    '%s is installed, found again, kept in its version, and removed',
    async (name, program, packageName) => {
      const { resource, made } = await taskservs.create(wanted(name), { idempotencyKey: `make ${name}` });
      expect(made).toBe(true);
      expect(resource).toMatchObject({ name, server: 'web-01', driver: 'test' });
      expect(await target.sh('web-01', `${program} 2>&1 | head -1`)).toContain(resource.version);
      const installed = await target.sh('web-01', `dpkg-query -W -f '\${Version}' ${packageName}`);

      // Created again, also by others: nothing is done again.
      lines.length = 0;
      const again = await taskservs.create(wanted(name), { idempotencyKey: 'somebody else' });
      expect(again).toEqual({ resource, made: false });
      expect(lines).toEqual([]);
      expect(await taskservs.read('i', `web-01/${name}`)).toEqual(resource);

      // A change without a difference only runs the check and keeps the package.
      await taskservs.change(resource, wanted(name, { version: resource.version }), {
        idempotencyKey: 'same',
      });
      expect(lines).toEqual([]);
      expect(await target.sh('web-01', `dpkg-query -W -f '\${Version}' ${packageName}`)).toBe(installed);
      const absent = wanted(name, { version: '0.0.1' });
      await expect(taskservs.change(resource, absent, { idempotencyKey: 'no such' })).rejects.toThrow(
        /0\.0\.1/,
      );
      expect(await target.sh('web-01', `dpkg-query -W -f '\${Version}' ${packageName}`)).toBe(installed);

      const [gone, ...more] = await taskservs.destroy(resource, { idempotencyKey: `remove ${name}` });
      expect(gone).toMatchObject({ kind: 'taskserv', action: 'destroyed', before: { id: resource.id } });
      expect(more).toEqual([]);
      expect(await target.sh('web-01', `ls ${program.split(' ')[0]} 2>/dev/null || echo gone`)).toBe('gone');
      expect(await taskservs.read('i', `web-01/${name}`)).toBeNull();
      expect(await taskservs.destroy(resource, { idempotencyKey: `remove ${name}` })).toEqual([]);
    },
    600_000,
  );

  it.each(['Unpacking redis-server', 'Setting up redis-server'])(
    'cancelled at "%s", a repeat finishes the work',
    async (moment) => {
      const controller = new AbortController();
      onLine = (line) => {
        if (line.includes(moment)) controller.abort();
      };
      const context = { idempotencyKey: 'cancelled', signal: controller.signal };
      await expect(taskservs.create(wanted('redis'), context)).rejects.toMatchObject({ name: 'AbortError' });
      expect(await taskservs.read('i', 'web-01/redis')).toBeNull();
      onLine = () => {};
      const { resource, made } = await taskservs.create(wanted('redis'), { idempotencyKey: 'cancelled' });
      expect(made).toBe(true);
      expect(await target.sh('web-01', 'dpkg --audit; redis-server --version')).toContain(resource.version);
      // It was installed by the platform, so it is removed.
      await taskservs.destroy(resource, { idempotencyKey: 'cancelled:undo' });
      expect(await target.sh('web-01', 'ls /usr/bin/redis-server 2>/dev/null || echo gone')).toBe('gone');
    },
    600_000,
  );

  it('redis is configured by its parameters, and left in place if it was there before', async () => {
    const { resource } = await taskservs.create(wanted('redis', { attributes: { port: 6390 } }), {
      idempotencyKey: 'configured',
    });
    expect(await target.sh('web-01', 'cat /etc/redis/provisioning.conf')).toContain('port 6390');
    const changed = await taskservs.change(resource, wanted('redis', { attributes: { port: 6391 } }), {
      idempotencyKey: 'reconfigured',
    });
    expect(changed).toMatchObject({ id: resource.id, version: resource.version, attributes: { port: 6391 } });
    expect(await target.sh('web-01', 'cat /etc/redis/provisioning.conf')).toContain('port 6391');

    // Installed as a user would.
    await target.sh('web-01', 'rm /var/lib/provisioning/taskservs/redis.json');
    const found = await taskservs.create(wanted('redis', { attributes: { port: 6391 } }), {
      idempotencyKey: 'found',
    });
    expect(found.resource.id).not.toBe(resource.id);
    await taskservs.destroy(found.resource, { idempotencyKey: 'let go' });
    expect(await taskservs.list('i')).toEqual([]);
    expect(await target.sh('web-01', 'redis-server --version')).toContain(resource.version);
  });
});
