import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Definitions } from '../../src/definitions/index.js';

const command = promisify(execFile);
const repository = (path: string) => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
const definitions = new Definitions(repository('workspace/definitions'));
const HELPERS = repository('packages/provisioner/shell/helpers.sh');

describe('the shipped definitions', () => {
  it('are valid', async () => {
    await definitions.check();
    expect(await definitions.names('taskserv')).toEqual([
      'chrony',
      'cilium',
      'containerd',
      'etcd',
      'haproxy',
      'kubernetes',
      'nginx',
      'postgresql',
      'prometheus-node-exporter',
      'redis',
    ]);
    expect(await definitions.names('cluster')).toEqual(['buildkit']);
  });

  it('have different checksums for every version and architecture', async () => {
    const all = await Promise.all([
      ...['containerd', 'kubernetes', 'cilium'].map((name) => definitions.taskserv(name)),
      definitions.cluster('buildkit'),
    ]);
    const downloads = all.flatMap((one) => [...one.downloads.values()].flat());
    expect(new Set(downloads.map(({ url }) => url)).size).toBe(downloads.length);
    expect(new Set(downloads.map(({ sha256 }) => sha256)).size).toBe(downloads.length);
    for (const { url } of downloads) expect(url).toMatch(/^https:\/\/[^{}]+$/);
  });

  it('have scripts with valid syntax', async () => {
    const taskservs = await Promise.all(
      (await definitions.names('taskserv')).map((one) => definitions.taskserv(one)),
    );
    const { steps } = await definitions.cluster('buildkit');
    for (const { name, scripts } of [...taskservs, ...steps]) {
      for (const [phase, text] of Object.entries(scripts)) {
        const child = command('bash', ['-n']);
        child.child.stdin?.end(text);
        await expect(child.then(() => `${name}/${phase}`)).resolves.toBe(`${name}/${phase}`);
      }
    }
  });
});

describe('the helpers of scripts', () => {
  const helped = async (script: string) => {
    const child = command('bash', ['-s'], { env: { PATH: process.env['PATH'] ?? '', HELPERS } });
    child.child.stdin?.end(`source "$HELPERS"; ${script}`);
    return (await child).stdout.trim();
  };

  it.each([
    ['5:7.0.15-1~deb12u6', '7.0.15'],
    ['3.4.23+dfsg-4', '3.4.23'],
    ['2.6.12-1+deb12u2', '2.6.12'],
    ['15+248', '15'],
  ])('take the upstream version of %s', async (version, upstream) => {
    expect(await helped(`upstream_version '${version}'`)).toBe(upstream);
  });

  it.each([
    ['', '1.2.3', 'yes'],
    ['1.2.3', '1.2.3', 'yes'],
    ['1.2', '1.2.3', 'yes'],
    ['1.2', '1.20.3', 'no'],
    ['1.2.3', '1.2', 'no'],
  ])('hold version %j to be met by %s: %s', async (wanted, actual, answer) => {
    expect(await helped(`VERSION='${wanted}'; version_wanted '${actual}' && echo yes || echo no`)).toBe(
      answer,
    );
  });
});
