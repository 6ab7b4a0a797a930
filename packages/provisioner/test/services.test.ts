import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Playground } from './command.js';

let at: Playground;
const SERVERS = ['web-01', 'web-02'].map((name) => ({ name, plan: 'p', zone: 'z' }));
const settings = (more: object) =>
  at.write('production/config.yaml', JSON.stringify({ servers: SERVERS, ...more }));
const run = (noun: string, verb: string, name: string, ...more: string[]) =>
  at.run(noun, verb, name, '--infra', 'production', '--settings', 'config.yaml', ...more);
const lines = (text: string) => text.trimEnd().split('\n');

beforeEach(async () => {
  at = await Playground.create();
  await settings({});
});
afterEach(() => at.remove());

describe('taskserv', () => {
  it('is created on all servers, unless the settings name some', async () => {
    await at.servers('create');
    const all = await run('taskserv', 'create', 'containerd', '--wait');
    expect(all.status).toBe(0);
    expect(lines(all.stdout)).toEqual([
      '+ task service web-01/containerd',
      '+ task service web-02/containerd',
      'Plan: 2 to create, 0 to change, 0 to replace, 0 to destroy',
      'Created task service web-01/containerd',
      'Created task service web-02/containerd',
      'Successfully created 2 task services',
    ]);
    await settings({ taskservs: [{ name: 'kubernetes', version: '1.31.0', servers: ['web-02'] }] });
    const some = await run('taskserv', 'create', 'kubernetes');
    expect(lines(some.stdout)[0]).toBe('+ task service web-02/kubernetes (version 1.31.0)');
    expect((await run('taskserv', 'create', 'kubernetes')).stdout).toContain(
      'Nothing to do: 1 task service is as the settings say',
    );
    await settings({ taskservs: [{ name: 'kubernetes', version: '1.32.0', servers: ['web-02'] }] });
    expect((await run('taskserv', 'create', 'kubernetes', '--check')).stdout).toContain(
      '~ task service web-02/kubernetes: version "1.31.0" -> "1.32.0"',
    );
  });

  it('is deleted by name, and with its server', async () => {
    await at.servers('create');
    await run('taskserv', 'create', 'containerd');
    await run('taskserv', 'create', 'cilium');
    const gone = await run('taskserv', 'delete', 'cilium');
    expect(lines(gone.stdout).at(-1)).toBe('Successfully deleted 2 task services');
    expect(lines((await run('taskserv', 'delete', 'cilium')).stdout).at(-1)).toBe(
      'Nothing to do: task service cilium does not exist',
    );
    const { stdout } = await at.servers('delete');
    expect(lines(stdout).slice(-5)).toEqual([
      'Destroyed task service web-02/containerd',
      'Destroyed server web-02',
      'Destroyed task service web-01/containerd',
      'Destroyed server web-01',
      'Successfully deleted 2 servers',
    ]);
    await at.servers('create');
    expect((await run('taskserv', 'delete', 'containerd')).stdout).toContain('Nothing to do');
  });

  it.each([
    ['are none', {}, 'Task service x cannot be installed: production has no servers', 'servers create'],
    [
      'is not the one named',
      { taskservs: [{ name: 'x', servers: ['web-02'] }] },
      'web-02 does not exist',
      'first',
    ],
  ])('fails where there %s, and says what to do', async (_, more, what, advice) => {
    await settings(more);
    const { status, stderr } = await run('taskserv', 'create', 'x');
    expect(status).toBe(1);
    expect(stderr).toContain(what);
    expect(stderr).toContain(advice);
  });

  it('reports like servers do, and has its own member in the document', async () => {
    await at.servers('create');
    const { stdout } = await run('taskserv', 'create', 'containerd', '--output', 'json');
    expect(JSON.parse(stdout)).toMatchObject({
      command: 'taskserv create',
      plan: { create: 2 },
      taskservs: [{ kind: 'taskserv', name: 'web-01/containerd', action: 'created' }, {}],
      summary: 'Successfully created 2 task services',
    });
    expect((await at.reports()).reports.slice(-9, -6)).toMatchObject([
      { type: 'step', name: 'Create task service web-01/containerd', state: 'started' },
      { type: 'intent', name: 'web-01/containerd', action: 'created', before: null },
      {
        type: 'resource',
        kind: 'taskserv',
        name: 'web-01/containerd',
        action: 'created',
        driver: 'local',
        after: { server: 'web-01', name: 'containerd' },
      },
    ]);
  });

  it.each(['../x', '-x', 'a/b'])('refuses the name %s', async (name) => {
    const { status } = await run('taskserv', 'create', name);
    expect(status).toBe(2);
  });
});

describe('cluster', () => {
  it('is created once on all servers, follows their changes, and is deleted without them', async () => {
    await at.servers('create');
    const first = await run('cluster', 'create', 'buildkit');
    expect(lines(first.stdout)[0]).toBe('+ cluster buildkit (on web-01, web-02)');
    expect((await run('cluster', 'create', 'buildkit')).stdout).toContain('Nothing to do');
    await settings({ clusters: [{ name: 'buildkit', servers: ['web-01'] }] });
    expect((await run('cluster', 'create', 'buildkit')).stdout).toContain(
      '~ cluster buildkit: servers ["web-01","web-02"] -> ["web-01"]',
    );
    expect((await run('cluster', 'delete', 'buildkit')).stdout).toContain('Successfully deleted 1 cluster');
    const { stdout } = await run('cluster', 'delete', 'buildkit', '--output', 'json');
    expect(JSON.parse(stdout)).toMatchObject({
      clusters: [],
      summary: 'Nothing to do: cluster buildkit does not exist',
    });
    expect((await at.servers('create')).stdout).toContain('Nothing to do: 2 servers are as');
  });
});
