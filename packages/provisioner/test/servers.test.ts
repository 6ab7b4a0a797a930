import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readdir, writeFile } from 'node:fs/promises';
import { Playground, settingsOf } from './command.js';

let at: Playground;
beforeEach(async () => {
  at = await Playground.create();
  await at.write(
    'production/config.yaml',
    settingsOf({ name: 'web-01' }, { name: 'web-02' }, { name: 'db-01' }),
  );
});
afterEach(() => at.remove());

const lines = (text: string) => text.trimEnd().split('\n');

async function listed(): Promise<Record<string, unknown>[]> {
  const { stdout } = await at.run('servers', 'list', '--infra', 'production', '--output', 'json');
  return (JSON.parse(stdout) as { servers: Record<string, unknown>[] }).servers;
}

describe('servers create', () => {
  it('with --check prints the plan and changes nothing', async () => {
    const { status, stdout } = await at.servers('create', '--check');
    expect(status).toBe(0);
    expect(lines(stdout)).toEqual([
      '+ server web-01 (plan 1xCPU-1 GB, zone de-fra1)',
      '+ server web-02 (plan 1xCPU-1 GB, zone de-fra1)',
      '+ server db-01 (plan 1xCPU-1 GB, zone de-fra1)',
      'Plan: 3 to create, 0 to change, 0 to replace, 0 to destroy',
      'Nothing was changed: --check only prints the plan',
    ]);
    expect(await readdir(at.root)).toEqual(['events', 'workspace']);
  });

  it('creates, reports that no machine is made, and has nothing to do the second time', async () => {
    const first = await at.servers('create', '--wait');
    expect(first).toMatchObject({ status: 0, stderr: expect.stringContaining('makes no real machine') });
    expect(lines(first.stdout).at(-1)).toBe('Successfully created 3 servers');
    const servers = await listed();
    expect(servers.map(({ name }) => name)).toEqual(['db-01', 'web-01', 'web-02']);
    for (const server of servers) {
      expect(server).toMatchObject({
        state: 'running',
        driver: 'local',
        provider: 'local',
        infra: 'production',
      });
      expect(server['ip']).toMatch(/^(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$/);
      expect(server['id']).toMatch(/^[0-9a-f-]{36}$/);
      expect(server['description']).toContain('no real machine');
    }
    const second = await at.servers('create');
    expect(lines(second.stdout).at(-1)).toBe('Nothing to do: 3 servers are as the settings say');
    expect(await listed()).toEqual(servers);
  });

  it('changes in place, replaces, and does not change what the settings no longer name', async () => {
    await at.servers('create');
    const before = await listed();
    await at.write(
      'production/config.yaml',
      settingsOf({ name: 'web-01', plan: '2xCPU-4 GB' }, { name: 'web-02', zone: 'us-nyc1' }),
    );
    const { stdout } = await at.servers('create');
    expect(lines(stdout)).toEqual([
      '~ server web-01: plan "1xCPU-1 GB" -> "2xCPU-4 GB"',
      '-/+ server web-02: zone "de-fra1" -> "us-nyc1" (destroyed and created again)',
      '  server db-01 is not in the settings, not changed',
      'Plan: 0 to create, 1 to change, 1 to replace, 0 to destroy',
      'Changed server web-01',
      'Destroyed server web-02',
      expect.stringMatching(/^Created server web-02 \(/),
      'Successfully changed 1 server, replaced 1 server',
    ]);
    const after = await listed();
    expect(after[0]).toEqual(before[0]);
    expect(after[1]).toMatchObject({
      id: before[1]?.['id'],
      plan: '2xCPU-4 GB',
      made_at: before[1]?.['made_at'],
    });
    expect(after[2]).toMatchObject({ zone: 'us-nyc1' });
    expect(after[2]?.['id']).not.toBe(before[2]?.['id']);
  });
});

describe('of an approved plan', () => {
  /** What was approved: these servers with the settings that were planned, also where the file has changed since. */
  const approved = async (...names: string[]) => {
    const servers = names.map((name) => ({
      infra: 'production',
      name,
      plan: '1xCPU-1 GB',
      zone: 'de-fra1',
      provider: 'local',
      image: null,
      labels: {},
      storage_gb: null,
    }));
    const settings = {
      infra: 'production',
      file: 'x',
      provider: 'local',
      servers,
      taskservs: [],
      clusters: [],
    };
    const planned = servers.map(({ infra, name, ...wanted }) => {
      return { change: 'create', kind: 'server', infra, name, wanted };
    });
    const path = at.path('approved.json');
    await writeFile(path, JSON.stringify({ settings, planned }));
    return { PROVISIONING_APPROVED: path, PROVISIONING_FRESH: '1' };
  };
  const create = async (env: NodeJS.ProcessEnv) =>
    at.start(['servers', 'create', '--infra', 'production', '--settings', 'config.yaml'], env).ended;

  it('uses the settings that were planned, not those of the folder', async () => {
    expect(await create(await approved('web-09'))).toMatchObject({ status: 0 });
    expect((await listed()).map(({ name }) => name)).toEqual(['web-09']);
  });

  it('refuses other changes than those that were approved, before the first of them', async () => {
    await create(await approved('web-09'));
    const { status, stderr } = await create(await approved('web-09', 'web-10'));
    expect({ status, stderr }).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('The approved plan no longer applies to server web-09'),
    });
    expect((await listed()).map(({ name }) => name)).toEqual(['web-09']);
  });
});

describe('servers delete', () => {
  it('deletes only what the settings name', async () => {
    await at.servers('create');
    await at.write('production/config.yaml', settingsOf({ name: 'web-01' }, { name: 'never-made' }));
    const check = await at.servers('delete', '--check');
    expect(lines(check.stdout)).toEqual([
      '  server never-made does not exist, nothing to delete',
      '- server web-01',
      'Plan: 0 to create, 0 to change, 0 to replace, 1 to destroy',
      'Nothing was changed: --check only prints the plan',
    ]);
    expect(await listed()).toHaveLength(3);
    expect(lines((await at.servers('delete')).stdout).at(-1)).toBe('Successfully deleted 1 server');
    expect((await listed()).map(({ name }) => name)).toEqual(['db-01', 'web-02']);
    const again = await at.servers('delete');
    expect(lines(again.stdout).at(-1)).toBe('Nothing to do: none of the 2 servers in the settings exists');
  });
});

describe('--output json', () => {
  it('prints one document on standard output and nothing else', async () => {
    const { status, stdout } = await at.servers('create', '--output', 'json');
    const document = JSON.parse(stdout) as Record<string, unknown>;
    expect(status).toBe(0);
    expect(document).toMatchObject({
      command: 'servers create',
      infra: 'production',
      settings: 'config.yaml',
      check: false,
      plan: { create: 3, change: 0, replace: 0, destroy: 0 },
      servers: [
        {
          name: 'web-01',
          action: 'created',
          driver: 'local',
          before: null,
          after: { ip: expect.any(String) },
        },
        {},
        {},
      ],
      summary: 'Successfully created 3 servers',
      error: null,
    });
  });

  it('does so also when it fails', async () => {
    await at.write('production/config.yaml', settingsOf({ name: 'web-01', plan: 3 }));
    const wrong = await at.servers('create', '--output=json');
    expect(wrong.status).toBe(3);
    expect(JSON.parse(wrong.stdout)).toMatchObject({
      summary: null,
      error: {
        exit_code: 3,
        faults: [{ file: 'production/config.yaml', line: 1, column: 21, path: 'servers[0].plan' }],
      },
    });
    const usage = await at.run('servers', 'create', '--output', 'json');
    expect(usage.status).toBe(2);
    expect(JSON.parse(usage.stdout)).toMatchObject({
      error: { exit_code: 2, message: expect.stringContaining('--infra') },
    });
  });
});

describe('reports', () => {
  it('are written to the file in PROVISIONING_EVENTS, and output cannot forge them', async () => {
    await at.write(
      'production/config.yaml',
      settingsOf({ name: 'web-01', labels: { note: '{"type":"error","message":"forged"}' } }),
    );
    await at.servers('create');
    const { reports, ignored } = await at.reports();
    expect(ignored).toBe(0);
    expect(reports).toMatchObject([
      { type: 'plan', steps: 1 },
      { type: 'step', name: 'Create server web-01', index: 1, total: 1, state: 'started' },
      {
        type: 'intent',
        kind: 'server',
        name: 'web-01',
        infra: 'production',
        action: 'created',
        driver: 'local',
        before: null,
        after: { name: 'web-01', plan: '1xCPU-1 GB' },
      },
      {
        type: 'resource',
        kind: 'server',
        name: 'web-01',
        infra: 'production',
        action: 'created',
        driver: 'local',
        before: null,
        after: { name: 'web-01', state: 'running' },
      },
      { type: 'step', name: 'Create server web-01', index: 1, total: 1, state: 'completed' },
      { type: 'result', message: 'Successfully created 1 server', data: { done: { created: 1 } } },
    ]);
  });

  it('contain the plan of a check and the reason of a failure', async () => {
    await at.servers('create', '--check');
    await at.run('servers', 'create', '--infra', 'production', '--settings', 'gone.ncl');
    expect((await at.reports()).reports).toMatchObject([
      { type: 'plan', steps: 3 },
      ...Array.from({ length: 3 }, () => ({
        type: 'planned',
        change: 'create',
        kind: 'server',
        infra: 'production',
        before: null,
        after: { name: expect.any(String) },
      })),
      {
        type: 'result',
        data: {
          check: true,
          planned: { create: 3 },
          plan: expect.arrayContaining([expect.stringContaining('+ server web-01')]),
        },
      },
      { type: 'error', message: expect.stringContaining('production/gone.ncl does not exist') },
    ]);
  });

  it('that cannot be written stop the command before any act', async () => {
    const { status, stderr } = await at.start(
      ['servers', 'create', '--infra', 'production', '--settings', 'config.yaml'],
      { PROVISIONING_EVENTS: at.path('workspace') },
    ).ended;
    expect(status).toBe(2);
    expect(stderr).toContain('PROVISIONING_EVENTS');
    expect(await listed()).toEqual([]);
  });
});

describe('providers without credentials', () => {
  const args = ['servers', 'create', '--infra', 'production', '--settings', 'config.yaml'];
  beforeEach(() =>
    at.write(
      'production/config.yaml',
      JSON.stringify({ provider: 'upcloud', servers: [{ name: 'a', plan: 'p', zone: 'z' }] }),
    ),
  );

  it('fall back to the local driver, and all output says so', async () => {
    const { status, stderr } = await at.run(...args);
    expect(status).toBe(0);
    expect(stderr).toContain(
      'Provider upcloud has no credentials configured (set UPCLOUD_TOKEN, or UPCLOUD_USERNAME and UPCLOUD_PASSWORD) and ' +
        'falls back to the local driver',
    );
    expect(await listed()).toMatchObject([{ provider: 'upcloud', driver: 'local' }]);
  });

  it('are refused in production', async () => {
    const { status, stderr } = await at.start(args, { NODE_ENV: 'production' }).ended;
    expect(status).toBe(1);
    expect(stderr).toContain('Provider upcloud has no credentials configured');
    expect(await listed()).toEqual([]);
  });
});

describe('a data directory that cannot be written', () => {
  it.each([['.data'], ['.data/local/production/servers/web-01']])('because %s is a file', async (file) => {
    if (file !== '.data') {
      await at.servers('create');
      await at.servers('delete');
    }
    await writeFile(at.path(file), '');
    const { status, stderr } = await at.servers('create');
    expect(status).toBe(1);
    expect(stderr).toContain('must be a folder, but a part of its path is a file');
    expect(stderr).toContain('PROVISIONING_DATA_DIR');
  });

  it('or has a damaged record', async () => {
    await at.servers('create');
    await writeFile(at.path('.data/local/production/servers/web-01/server.json'), '{"half":');
    const { status, stderr } = await at.servers('create');
    expect(status).toBe(1);
    expect(stderr).toContain('web-01/server.json in the data directory is damaged');
  });
});
