import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { explainFailure } from '../src/command/command-error.js';
import { readSettings } from '../src/settings/index.js';
import { Playground, settingsOf } from './command.js';

let at: Playground;
beforeAll(async () => {
  at = await Playground.create();
  await at.write('production/config.yaml', settingsOf({ name: 'web-01' }));
  await at.write('production/notes.txt', '');
  await at.write('production/latin1.yaml', '');
  await writeFile(at.path('workspace/production/latin1.yaml'), Buffer.from([0x61, 0x3a, 0x20, 0xe9]));
  await at.write('production/huge.json', ' '.repeat(1024 * 1024 + 1));
  await mkdir(at.path('workspace/production/folder.yaml'));
  await writeFile(at.path('secret.yaml'), settingsOf({ name: 'stolen' }));
  await symlink(at.path('secret.yaml'), at.path('workspace/production/link.yaml'));
  await symlink('config.yaml', at.path('workspace/production/alias.yaml'));
  await symlink(at.root, at.path('workspace/outside'));
  await at.write('staging/other.yaml', settingsOf({ name: 'x' }));
  await symlink('../staging/other.yaml', at.path('workspace/production/neighbour.yaml'));
});
afterAll(() => at.remove());

const read = (infra: string, file: string) => readSettings({ workspace: at.path('workspace'), infra, file });

describe('settings outside the infra, or without a file', () => {
  it.each<[string, string, number, string]>([
    ['production', '../staging/other.yaml', 2, 'must not contain ".."'],
    ['production', 'a/../../x.yaml', 2, 'must not contain ".."'],
    ['production', '..\\x.yaml', 2, 'must not contain ".."'],
    ['production', '/etc/passwd.yaml', 2, 'must be relative to the folder of the infra'],
    ['production', 'C:x.yaml', 2, 'must be relative to the folder of the infra'],
    ['production', '--wait', 2, 'must not start with a dash'],
    ['production', '-x.yaml', 2, 'must not start with a dash'],
    ['production', 'a\nb.yaml', 2, 'control characters'],
    ['production', '', 2, 'its name must not be empty'],
    ['production', 'notes.txt', 2, 'must end in one of .ncl .json .yaml .yml .toml'],
    ['production', 'link.yaml', 3, 'a symbolic link leads out'],
    ['production', 'neighbour.yaml', 3, 'a symbolic link leads out'],
    ['outside', 'secret.yaml', 3, 'a symbolic link leads out'],
    ['production', 'folder.yaml', 3, 'is not a file'],
    ['production', 'huge.json', 3, '1 MiB'],
    ['production', 'latin1.yaml', 3, 'must be text in UTF-8'],
    ['production', 'missing.yaml', 3, 'production/missing.yaml does not exist'],
    ['nowhere', 'config.yaml', 3, 'Infra "nowhere" does not exist'],
    ['..', 'secret.yaml', 2, 'is not valid'],
    ['.', 'secret.yaml', 2, 'is not valid'],
    ['production/../staging', 'other.yaml', 2, 'is not valid'],
    ['--check', 'config.yaml', 2, 'is not valid'],
    ['-p', 'config.yaml', 2, 'is not valid'],
    ['a b', 'config.yaml', 2, 'is not valid'],
    ['', 'config.yaml', 2, 'is not valid'],
    ['x'.repeat(64), 'config.yaml', 2, 'is not valid'],
  ])('--infra %j --settings %j', async (infra, settings, expected, message) => {
    const failure = await read(infra, settings).then(
      () => undefined,
      (error: unknown) => explainFailure(error, undefined),
    );
    expect(failure).toMatchObject({ exitCode: expected, message: expect.stringContaining(message) });
    // The reader of this message may be the client of an API.
    expect(failure?.message).not.toContain(at.root);
  });

  it.each([
    ['--check', 'config.yaml', 2, 'is not valid'],
    ['production', '../staging/other.yaml', 2, 'must not contain'],
    ['production', 'link.yaml', 3, 'is not allowed'],
  ])('end the command: --infra %j --settings %j', async (infra, settings, expected, message) => {
    const { status, stdout, stderr } = await at.run(
      'servers',
      'create',
      '--infra',
      infra,
      '--settings',
      settings,
    );
    expect({ status, stdout }).toEqual({ status: expected, stdout: '' });
    expect(stderr).toContain(message);
  });

  it('may be reached by a link within the folder', async () => {
    expect((await read('production', 'alias.yaml')).servers).toMatchObject([{ name: 'web-01' }]);
  });
});

describe('the command line', () => {
  it.each<[string[], number, string, string]>([
    [['--version'], 0, '0.1.0', ''],
    [['--help'], 0, 'Exit status: 0 done', ''],
    [['servers', 'create', '--help'], 0, '--settings <file>', ''],
    [[], 2, '', 'A command is required'],
    [['servers'], 2, '', 'A command is required'],
    [['servers', 'destroy'], 2, '', "unknown command 'destroy'"],
    [
      ['servers', 'create', '--infra', 'production'],
      2,
      '',
      "required option '--settings <file>' not specified",
    ],
    [['servers', 'list'], 2, '', "required option '--infra <name>' not specified"],
    [['servers', 'list', '--infra', 'production', 'more'], 2, '', 'too many arguments'],
    [['servers', 'list', '--infra', 'production', '--force'], 2, '', "unknown option '--force'"],
    [['servers', 'list', '--infra', 'production', '--output', 'xml'], 2, '', 'text, json'],
    [['servers', 'list', '--infra', '../x'], 2, '', 'is not valid'],
    [['servers', 'list', '--infra', 'production'], 0, 'production has no servers', ''],
  ])('%j', async (args, expected, stdout, stderr) => {
    const ended = await at.run(...args);
    expect(ended).toMatchObject({
      status: expected,
      stdout: expect.stringContaining(stdout),
      stderr: expect.stringContaining(stderr),
    });
  });

  it('takes its folders from options, or else from the environment', async () => {
    const args = [
      'servers',
      'create',
      '--infra',
      'production',
      '--settings',
      'config.yaml',
      '--output',
      'json',
    ];
    const env = { PROVISIONING_WORKSPACE: at.path('nowhere'), PROVISIONING_DATA_DIR: at.path('elsewhere') };
    expect((await at.start(args, env).ended).status).toBe(3);
    const { status } = await at.start([...args, '--workspace', at.path('workspace')], env).ended;
    expect(status).toBe(0);
    const list = await at.run('servers', 'list', '--infra', 'production', '--data-dir', at.path('elsewhere'));
    expect(list.stdout).toContain('production has 1 server');
  });
});
