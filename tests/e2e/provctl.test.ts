import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPlatform, type RunningPlatform } from '../support/running-platform.js';

const PROVCTL = join(import.meta.dirname, '../../packages/cli/bin/provctl.js');

let platform: RunningPlatform;
let home: string;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'provctl-'));
  platform = await startPlatform();
});
afterAll(async () => {
  await platform.stop();
  rmSync(home, { recursive: true, force: true });
});

interface Ran {
  code: number;
  out: string;
  err: string;
}

/** provctl as a person runs it in a shell: a separate process, with its own home. */
function provctl(
  args: string[],
  { input = '', env = {} }: { input?: string; env?: object } = {},
): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [PROVCTL, ...args],
      {
        env: {
          PATH: process.env['PATH'],
          XDG_CONFIG_HOME: home,
          PROVISIONING_URL: platform.orchestratorUrl,
          PROVISIONING_CONTROL_CENTER_URL: platform.controlCenterUrl,
          ...env,
        },
        timeout: 300_000,
      },
      (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code ?? -1), out, err }),
    );
    child.stdin?.end(input);
  });
}

const json = async <Data>(...args: string[]): Promise<Data> => {
  const { code, out, err } = await provctl([...args, '-o', 'json']);
  if (code !== 0) throw new Error(`provctl ${args.join(' ')} ended with ${code}: ${err}`);
  return JSON.parse(out) as Data;
};
const file = (name: string, content: object) => {
  const path = join(home, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
};
const command = (id: string, line: string, dependencies: string[] = []) => ({
  id,
  type: 'command_batch',
  commands: [line],
  dependencies,
  retries: 0,
});

describe('provctl, against the platform', () => {
  it('asks for a sign-in, refuses a wrong password, and keeps the token private to its user', async () => {
    const before = await provctl(['task', 'list']);
    expect(before).toMatchObject({ code: 5, out: '' });
    expect(before.err).toMatch(/^Failed {2}.*Sign in with `provctl login`\. \(request [\w-]+\)\n$/);

    const login = ['login', '-u', 'admin', '--password-stdin'];
    expect(await provctl(login, { input: 'wrong\n' })).toMatchObject({ code: 5 });
    const done = await provctl(login, { input: `${platform.adminPassword}\n` });
    expect(done).toMatchObject({ code: 0, err: '' });
    expect(done.out).toMatch(/^Done {2}Signed in as admin until 20/);
    expect(statSync(join(home, 'provisioning/profiles.json')).mode & 0o777).toBe(0o600);
    expect((await provctl(['task', 'list'])).code).toBe(0);
  });

  it('never sends the stored token to another address', async () => {
    const elsewhere = await provctl([
      'task',
      'list',
      '--url',
      platform.orchestratorUrl.replace('127.0.0.1', 'localhost'),
    ]);
    expect(elsewhere.code).toBe(5);
  });

  it('shows the health of the platform', async () => {
    const { out } = await provctl(['status']);
    expect(out).toContain('Healthy  Orchestrator is healthy\n');
    expect(out).toMatch(/^Healthy {2}storage$/m);
  });

  it('runs a workflow, first in check mode, then for real, and follows its output', async () => {
    const args = ['workflow', 'run', 'servers', '--infra', 'production', '--settings', 'config.ncl'];
    const planned = await provctl([...args, '--check', '--wait']);
    expect(planned.code).toBe(0);
    expect(planned.out).toMatch(/^Completed {2}/);
    const done = await provctl([...args, '-f']);
    expect(done.out).toContain('Successfully created 3 servers');
    expect(done.err).toMatch(/^Completed {2}create_servers$/m);
    expect(done.code).toBe(0);

    const rows = await json<{ name: string }[]>('inventory', '--infra', 'production');
    expect(rows.map(({ name }) => name)).toContain('web-01');
    const [task] = await json<{ id: string }[]>('task', 'list', '--limit', '1');
    expect((await provctl(['task', 'why', task?.id ?? ''])).out).toMatch(
      /^Completed {2}The task completed\./,
    );
    expect((await provctl(['task', 'logs', task?.id ?? ''])).out).toContain('Successfully created 3 servers');
  });

  it('deletes the servers of the settings, first in check mode, then for real', async () => {
    const args = ['workflow', 'run', 'servers', '--infra', 'staging', '--settings', 'settings.yaml'];
    const names = async () =>
      (await json<{ name: string }[]>('inventory', '--infra', 'staging')).map(({ name }) => name).toSorted();
    expect((await provctl([...args, '--wait'])).code).toBe(0);
    const there = await names();
    expect(there).toEqual(expect.arrayContaining(['db-01', 'web-01']));

    const planned = await provctl([...args, '--delete', '--check', '-f']);
    expect(planned.out).toMatch(/web-01/);
    expect(planned.err).toMatch(/^Completed {2}delete_servers$/m);
    expect(await names()).toEqual(there);

    expect((await provctl([...args, '--delete', '--wait'])).out).toMatch(/^Completed {2}/);
    expect(await names()).toEqual(there.filter((name) => name !== 'db-01' && name !== 'web-01'));
  });

  it('reports by its exit code that a workflow failed', async () => {
    const failed = await provctl([
      'workflow',
      'run',
      'servers',
      '--infra',
      'production',
      '--settings',
      'no.yaml',
      '--wait',
    ]);
    expect(failed.code).toBe(1);
    expect(failed.out).toMatch(/^Failed {2}.*no\.yaml/);
  });

  it('checks a batch without sending it, runs it and follows it line by line', async () => {
    const circle = { name: 'circle', operations: [command('a', 'true', ['b']), command('b', 'true', ['a'])] };
    const invalid = await provctl(['batch', 'validate', file('circle.json', circle)]);
    expect(invalid).toMatchObject({
      code: 1,
      out: 'Invalid  operations: have a circular dependency: a → b → a\n',
    });

    const good = { name: 'good', operations: [command('a', 'echo one'), command('b', 'echo two', ['a'])] };
    const path = file('good.json', good);
    expect((await provctl(['batch', 'validate', path])).code).toBe(0);
    const ran = await provctl(['batch', 'run', path, '--watch']);
    expect(ran).toMatchObject({ code: 0, out: expect.stringMatching(/^Completed {2}batch good/) });
    expect(ran.err).toMatch(/^Completed {2}b$/m);
  });

  it.each([
    ['failed', false, 1, 'Failed'],
    ['rolled back', true, 4, 'RolledBack'],
  ])('reports by its exit code that a batch has %s', async (_, rollback_enabled, code, word) => {
    const operations = [command('a', 'true'), command('b', 'false', ['a'])];
    const path = file('bad.json', { name: 'bad', rollback_enabled, operations });
    const ran = await provctl(['batch', 'run', path, '--watch']);
    expect(ran).toMatchObject({ code, out: expect.stringMatching(new RegExp(`^${word}  batch bad`)) });
  });

  it('plans a batch, executes exactly what was planned, and says what has moved', async () => {
    const server = (name: string) => ({
      id: name,
      type: 'server_batch',
      provider: 'local',
      server_configs: [{ name, plan: '1xCPU-2 GB', zone: 'de-fra1' }],
    });
    const path = file('planned.json', { name: 'planned', operations: [server('planned-01')] });
    const created = await provctl(['plan', 'create', '-f', path, '--wait']);
    expect(created.code).toBe(0);
    expect(created.out).toMatch(/^create +server +\S+ +planned-01 +local +planned-01$/m);
    expect(created.out).toContain('Approved  1 to create, 0 to change, 0 to destroy.');
    const id = /^id: +(\S+)$/m.exec(created.out)?.[1] ?? '';
    expect((await provctl(['plan', 'diff', id])).code).toBe(0);
    expect((await provctl(['plan', 'execute', id, '--digest', 'sha256:other'])).code).toBe(2);
    const other =
      /^id: +(\S+)$/m.exec((await provctl(['plan', 'create', '-f', path, '--wait'])).out)?.[1] ?? '';

    expect(await provctl(['batch', 'run', '--plan', id, '--watch'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Completed {2}batch planned/),
    });
    const moved = await provctl(['plan', 'diff', other]);
    expect(moved.code).toBe(8);
    expect(moved.out).toMatch(/^create server \S+\/planned-01 by planned-01 /m);
    expect((await provctl(['plan', 'execute', other])).code).toBe(8);
    expect((await provctl(['plan', 'list', '--status', 'Stale'])).out).toContain(other);
  });

  it('cancels a batch, reports it by its exit code, and resumes it', async () => {
    const path = file('long.json', { name: 'long', operations: [command('a', 'sleep 60')] });
    const { batch_id } = await json<{ batch_id: string }>('batch', 'run', path);
    expect((await provctl(['batch', 'cancel', batch_id])).out).toMatch(/^Done {2}/);
    expect((await provctl(['batch', 'watch', batch_id])).code).toBe(3);
    const kept = await json<{ status: string }[]>('batch', 'resume', batch_id, '--check');
    expect(kept).toMatchObject([{ id: 'a', status: 'Pending' }]);
  });

  it('creates a checkpoint, and previews a rollback to it', async () => {
    const { id } = await json<{ id: string }>('checkpoint', 'create', 'before', '--description', 'as it is');
    expect(await json('checkpoint', 'show', id)).toMatchObject({ name: 'before', description: 'as it is' });
    expect((await provctl(['checkpoint', 'list'])).out).toContain(id);
    expect((await provctl(['rollback', '--to', id, '--check'])).out).toMatch(/^Planned {2}/);
    expect((await provctl(['rollback', '--to', id])).out).toMatch(/^Completed {2}Undid 0 operations/);
    expect((await provctl(['restore', id])).code).toBe(0);
  });

  it('manages users', async () => {
    const created = await provctl(
      ['user', 'create', 'olga', '--email', 'olga@example.com', '--roles', 'operator', '--password-stdin'],
      { input: 'a long enough passphrase\n' },
    );
    expect(created.out).toMatch(/^Done {2}Created user olga/);
    expect((await provctl(['user', 'update', 'olga', '--roles', 'viewer', '--disable'])).code).toBe(0);
    expect((await provctl(['user', 'list'])).out).toMatch(/^disabled .* olga .* viewer/m);
    expect((await provctl(['user', 'delete', 'olga'])).out).toBe('Done  Deleted user olga.\n');
  });

  it('distinguishes what does not exist, what is invalid and what cannot be reached', async () => {
    const nobody = '01999999-0000-7000-8000-000000000001';
    expect((await provctl(['task', 'show', nobody])).code).toBe(7);
    expect((await provctl(['task', 'show', 'x'])).code).toBe(2);
    expect((await provctl(['task', 'list', '--status', 'Odd'])).code).toBe(2);
    expect((await provctl(['rollback'])).code).toBe(2);
    const gone = await provctl([
      'status',
      '--url',
      'http://127.0.0.1:1',
      '--control-center-url',
      'http://127.0.0.1:1',
    ]);
    expect(gone).toMatchObject({
      code: 6,
      err: expect.stringMatching(/^Failed {2}127\.0\.0\.1:1 is not reachable/),
    });
  });

  it('completes commands in a shell', async () => {
    expect((await provctl(['complete', 'bash'])).out).toContain('complete -F __provctl_complete provctl');
    expect((await provctl(['complete', '--', 'batch', 'val'])).out).toMatch(/^validate\t/m);
  });

  it('signs out', async () => {
    expect((await provctl(['logout'])).out).toBe('Done  Signed out.\n');
    expect((await provctl(['task', 'list'])).code).toBe(5);
  });
});
