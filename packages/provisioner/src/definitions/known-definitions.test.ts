import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryFolder, type TemporaryFolder } from '@provisioning/test-kit';
import { Definitions } from './definitions.js';
import { KnownDefinitions } from './known-definitions.js';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder('known-definitions');
});
afterEach(() => folder.remove());

async function define(path: string): Promise<void> {
  await mkdir(join(folder.path, path), { recursive: true });
  await writeFile(join(folder.path, path, 'definition.toml'), '');
}

describe('the names that are defined', () => {
  it('are the folders with a definition, read again each time', async () => {
    const definitions = new Definitions(folder.path);
    expect((await definitions.known()).has('taskserv', 'web')).toBe(false);
    await define('taskservs/web');
    await define('clusters/farm');
    await mkdir(join(folder.path, 'taskservs/draft'));
    await writeFile(join(folder.path, 'taskservs/README.md'), '');
    const known = await definitions.known();
    expect(known.has('taskserv', 'web')).toBe(true);
    expect(known.has('cluster', 'farm')).toBe(true);
    for (const name of ['farm', 'draft', 'README.md', '', '..'])
      expect(known.has('taskserv', name)).toBe(false);
  });
});

describe('the fault of an undefined name', () => {
  const known = new KnownDefinitions({ taskserv: ['containerd', 'kubernetes', 'redis'], cluster: [] });

  it('names the nearest name, the defined names and where to add a definition', () => {
    expect(known.fault('taskserv', 'kubernets')).toBe(
      'must be a defined task service, but is "kubernets". Did you mean "kubernetes"? ' +
        'Defined: containerd, kubernetes, redis. To define one, add ' +
        'definitions/taskservs/<name>/definition.toml to the workspace (PROVISIONING_WORKSPACE)',
    );
    expect(known.fault('cluster', 'buildkit')).toBe(
      'must be a defined cluster type, but is "buildkit". No cluster type is defined. To define one, add ' +
        'definitions/clusters/<name>/definition.toml to the workspace (PROVISIONING_WORKSPACE)',
    );
  });

  it.each([
    ['Kubernetes', 'kubernetes'],
    ['kube', 'kubernetes'],
    ['redis-server', 'redis'],
    ['contianerd', 'containerd'],
    ['postgresql', undefined],
  ])('for %s suggests %s', (asked, nearest) => {
    expect(/Did you mean "(.*)"/.exec(known.advice('taskserv', asked))?.[1]).toBe(nearest);
  });

  it('lists at most twenty names', () => {
    const taskserv = Array.from({ length: 500 }, (_, index) => `service-${index}`);
    const advice = new KnownDefinitions({ taskserv, cluster: [] }).advice('taskserv', 'x');
    expect(advice).toContain('service-19 and 480 more.');
    expect(advice).not.toContain('service-20');
  });
});
