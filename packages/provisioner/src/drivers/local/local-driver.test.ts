import { temporaryFolder, type TemporaryFolder } from '@provisioning/test-kit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Driver } from '../driver.js';
import type { DesiredTaskserv } from '../resource.js';
import type { DesiredServer } from '../../settings/settings.js';
import { createLocalDriver } from './local-driver.js';

const server = (name: string, given: Partial<DesiredServer> = {}): DesiredServer => ({
  infra: 'i',
  name,
  plan: 'p',
  zone: 'z',
  provider: 'local',
  image: null,
  labels: {},
  storage_gb: null,
  ...given,
});
const taskserv = (on: string, name: string, version: string | null = null): DesiredTaskserv => ({
  infra: 'i',
  server: on,
  name,
  provider: 'local',
  version,
  attributes: {},
});
const cluster = {
  infra: 'i',
  name: 'buildkit',
  provider: 'local' as const,
  version: null,
  servers: ['a'],
  attributes: {},
};
const A = { idempotencyKey: 'A' };
const B = { idempotencyKey: 'B' };

let folder: TemporaryFolder;
let driver: Driver;
beforeEach(async () => {
  folder = await temporaryFolder('local-driver');
  driver = createLocalDriver(folder.path);
});
afterEach(() => folder.remove());

const recalled = async (key: string) =>
  (await driver.recall('i', key)).map(({ kind, action, before, after }) => {
    const { name } = (after ?? before)!;
    return `${action} ${kind} ${name}`;
  });

describe('task services and clusters', () => {
  it('are made once, read, listed, altered and destroyed', async () => {
    const { server: servers, taskserv: taskservs, cluster: clusters } = driver.resources;
    await servers.create(server('a'), A);
    const first = await taskservs.create(taskserv('a', 'k8s'), A);
    expect(first).toMatchObject({ made: true, resource: { driver: 'local', server: 'a', version: null } });
    expect(await taskservs.create(taskserv('a', 'k8s', '2'), B)).toEqual({ ...first, made: false });
    const newer = await taskservs.change(first.resource, taskserv('a', 'k8s', '2'), B);
    expect(await taskservs.read('i', 'a/k8s')).toEqual(newer);
    expect(newer).toMatchObject({ id: first.resource.id, version: '2' });
    expect(await taskservs.list('i')).toEqual([newer]);
    const { resource } = await clusters.create(cluster, A);
    expect((await clusters.create(cluster, B)).made).toBe(false);
    expect(await clusters.list('i')).toEqual([resource]);
    expect(await clusters.destroy(resource, B)).toMatchObject([{ kind: 'cluster', action: 'destroyed' }]);
    expect(await clusters.destroy(resource, B)).toEqual([]);
    expect(await taskservs.destroy(newer, B)).toHaveLength(1);
    expect(await taskservs.read('i', 'a/k8s')).toBeNull();
  });

  it('require their server and are destroyed with it', async () => {
    const { server: servers, taskserv: taskservs } = driver.resources;
    await expect(taskservs.create(taskserv('a', 'k8s'), A)).rejects.toMatchObject({
      permanent: true,
      message: expect.stringContaining('Create the server first'),
    });
    const { resource } = await servers.create(server('a'), A);
    await taskservs.create(taskserv('a', 'k8s'), A);
    expect(await servers.destroy(resource, B)).toMatchObject([
      { kind: 'taskserv', action: 'destroyed', before: { server: 'a', name: 'k8s' } },
      { kind: 'server', action: 'destroyed', before: { name: 'a' } },
    ]);
    await servers.create(server('a'), A);
    expect(await taskservs.list('i')).toEqual([]);
    expect(await recalled('B')).toEqual(['destroyed taskserv k8s', 'destroyed server a']);
  });

  it('are made once by concurrent creations', async () => {
    await driver.resources.server.create(server('a'), A);
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        driver.resources.taskserv.create(taskserv('a', 'k8s'), { idempotencyKey: `${index}` }),
      ),
    );
    expect(all.filter(({ made }) => made)).toHaveLength(1);
    expect(new Set(all.map(({ resource }) => resource.id)).size).toBe(1);
  });
});

describe('recalling', () => {
  it('returns the net changes of a key, in order, and none of other keys', async () => {
    const { server: servers, cluster: clusters } = driver.resources;
    await clusters.create(cluster, A);
    const { resource } = await servers.create(server('a'), A);
    await servers.change(resource, server('a', { plan: 'q' }), A);
    expect(await driver.recall('i', 'A')).toMatchObject([
      { kind: 'cluster', action: 'created' },
      { kind: 'server', action: 'created', before: null, after: { plan: 'q' } },
    ]);
    await servers.change((await servers.read('i', 'a'))!, server('a', { plan: 'r' }), B);
    await servers.change((await servers.read('i', 'a'))!, server('a', { plan: 's' }), B);
    expect(await driver.recall('i', 'B')).toMatchObject([
      { action: 'changed', before: { plan: 'q' }, after: { plan: 's' } },
    ]);
    expect(await recalled('A')).toEqual(['created cluster buildkit']);
  });

  it('returns both halves of a replacement', async () => {
    const { server: servers } = driver.resources;
    const { resource } = await servers.create(server('a'), A);
    await servers.destroy(resource, B);
    await servers.create(server('a', { zone: 'y' }), B);
    expect(await recalled('B')).toEqual(['destroyed server a', 'created server a']);
    expect(await recalled('A')).toEqual([]);
  });
});

describe('acts', () => {
  it('do not change another server of the same name', async () => {
    const { server: servers } = driver.resources;
    const { resource: old } = await servers.create(server('a'), A);
    await servers.destroy(old, A);
    const { resource: other } = await servers.create(server('a'), B);
    expect(await servers.destroy(old, A)).toEqual([]);
    await expect(servers.change(old, server('a', { plan: 'q' }), A)).rejects.toThrow('by another process');
    expect(await servers.read('i', 'a')).toEqual(other);
  });

  it('do not start after an abort', async () => {
    const context = { ...A, signal: AbortSignal.abort() };
    await expect(driver.resources.server.create(server('a'), context)).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(await driver.resources.server.list('i')).toEqual([]);
    expect(await driver.recall('i', 'A')).toEqual([]);
  });

  it.each(['../a', '.a', 'a/b', ''])('refuse the name %j', async (name) => {
    await expect(driver.resources.server.create(server(name), A)).rejects.toMatchObject({ permanent: true });
  });
});
