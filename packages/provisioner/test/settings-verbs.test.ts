import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { symlink, writeFile } from 'node:fs/promises';
import { Playground } from './command.js';

let at: Playground;
beforeAll(async () => {
  at = await Playground.create();
  await at.write(
    'schemas/server.ncl',
    '{\n  Size | not_exported = std.contract.from_predicate (fun n => n > 0),\n}\n',
  );
  await at.write('lib/small.yaml', 'plan: small\nzone: de-fra1\n');
  await at.write(
    'production/config.ncl',
    `let { Size } = import "../schemas/server.ncl" in
let small = import "../lib/small.yaml" in
{
  servers = std.array.generate (fun n => small & { name = "web-%{n}", storage_gb | Size = 10 * n + 10 }) 2,
  provider | default = 'local,
}
`,
  );
});
afterAll(() => at.remove());

const run = (...args: string[]) => at.start(['settings', ...args]).ended;

describe('settings show', () => {
  const expected = {
    provider: 'local',
    servers: [
      { name: 'web-0', plan: 'small', storage_gb: 10, zone: 'de-fra1' },
      { name: 'web-1', plan: 'small', storage_gb: 20, zone: 'de-fra1' },
    ],
  };

  it.each([
    ['a path in the workspace', ['production/config.ncl']],
    ['a path from the working directory', ['workspace/production/config.ncl']],
    ['a file of an infra', ['config.ncl', '--infra', 'production']],
  ])('prints the data of %s as JSON', async (_, args) => {
    const { status, stdout } = await run('show', ...args);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual(expected);
  });

  it('prints YAML', async () => {
    const { stdout } = await run('show', 'production/config.ncl', '--output', 'yaml');
    expect(stdout.split('\n').slice(0, 3)).toEqual(['provider: local', 'servers:', '- name: web-0']);
  });

  it('prints TOML, and points at a null, which TOML cannot hold', async () => {
    const { stdout } = await run('show', 'production/config.ncl', '--output', 'toml');
    expect(stdout.split('\n').slice(0, 4)).toEqual([
      'provider = "local"',
      '',
      '[[servers]]',
      'name = "web-0"',
    ]);
    await at.write('production/null.ncl', '{\n  a = [{ b = null }],\n}\n');
    const { status, stderr } = await run('show', 'production/null.ncl', '--output', 'toml');
    expect(status).toBe(3);
    expect(stderr).toContain('production/null.ncl:2:14: a[0].b is null, which TOML cannot hold.');
  });

  it('prints settings of every format', async () => {
    await at.write('staging/a.toml', 'provider = "local"\nservers = []\n');
    const { stdout } = await run('show', 'staging/a.toml', '--output', 'yaml');
    expect(stdout).toBe('provider: local\nservers: []\n');
  });
});

describe('settings check', () => {
  it('says what valid settings contain, with a digest of all files that were read', async () => {
    const { status, stdout } = await run('check', 'production/config.ncl');
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^production\/config\.ncl is valid: 2 servers, 0 task services, 0 clusters \(sha256 [0-9a-f]{64}\)\n$/,
    );
    await at.write('lib/small.yaml', 'plan: small\nzone: us-nyc1\n');
    expect((await run('check', 'production/config.ncl')).stdout).not.toBe(stdout);
  });

  it('points at a value that breaks its contract, and at the contract', async () => {
    await at.write(
      'production/wrong.ncl',
      'let { Size } = import "../schemas/server.ncl" in\n{\n  servers = [{ name = "a", plan = "p", zone = "z", storage_gb | Size = 0 }],\n}\n',
    );
    const { status, stderr, stdout } = await run('check', 'production/wrong.ncl', '--output', 'json');
    expect(status).toBe(3);
    expect(stderr).toContain('production/wrong.ncl:3:72: ');
    expect(JSON.parse(stdout).error).toMatchObject({
      exit_code: 3,
      faults: [
        {
          file: 'production/wrong.ncl',
          line: 3,
          column: 72,
          path: 'servers[0].storage_gb',
          expression: '0',
          contract: { file: 'production/wrong.ncl', line: 3, column: 65, expression: 'Size' },
        },
      ],
    });
  });

  it('points into the file that is imported', async () => {
    await at.write('lib/broken.ncl', '{\n  plan = nope,\n}\n');
    await at.write('production/broken.ncl', '{ servers = [import "../lib/broken.ncl"] }');
    const { status, stderr } = await run('check', 'production/broken.ncl');
    expect(status).toBe(3);
    expect(stderr).toContain('lib/broken.ncl:2:10: servers[0]: The name "nope" is not defined.');
  });

  it('points at what the schema of settings does not allow', async () => {
    await at.write(
      'production/schema.ncl',
      'let size = 2 in\n{ servers = [{ name = "a", plan = size, zone = "z" }] }',
    );
    const { status, stderr } = await run('check', 'production/schema.ncl');
    expect(status).toBe(3);
    expect(stderr).toContain('production/schema.ncl:2:35: servers[0].plan must be a string, got a number.');
  });
});

describe('imports', () => {
  it.each([
    ['an absolute path', '/etc/passwd', 'must be relative'],
    ['a path out of the workspace', '../../secret.ncl', 'is outside the workspace'],
    ['a link out of the workspace', 'link.ncl', 'is outside the workspace'],
    ['a FIFO', 'pipe.ncl', 'is not a regular file'],
    ['a folder', '../lib', 'is not a regular file'],
    ['a file that does not exist', 'none.ncl', 'does not exist'],
    ['a device through a link', 'zero.ncl', 'is outside the workspace'],
  ])('of %s are refused', async (_, path, message) => {
    await at.write('production/import.ncl', `{ servers = import "${path}" }`);
    await writeFile(at.path('secret.ncl'), '[]');
    await symlink(at.path('secret.ncl'), at.path('workspace/production/link.ncl')).catch(() => {});
    await symlink('/dev/zero', at.path('workspace/production/zero.ncl')).catch(() => {});
    execFileSync('sh', ['-c', 'test -p "$0" || mkfifo "$0"', at.path('workspace/production/pipe.ncl')]);
    const { status, stderr } = await run('check', 'production/import.ncl');
    expect(status).toBe(3);
    expect(stderr).toContain('production/import.ncl:1:13: ');
    expect(stderr).toContain(message);
  });
});
