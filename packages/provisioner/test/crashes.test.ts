import { waitFor } from '@provisioning/test-kit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { Playground, settingsOf } from './command.js';

// Enough that a signal after the first steps arrives long before the last step.
const MANY = Array.from({ length: 400 }, (_, index) => ({ name: `web-${index}` }));
const CREATE = ['servers', 'create', '--infra', 'production', '--settings', 'config.yaml'];

let at: Playground;
beforeEach(async () => {
  at = await Playground.create();
  await at.write('production/config.yaml', settingsOf(...MANY));
});
afterEach(() => at.remove());

/** Names of the servers on disk; fails if one is incomplete. */
async function onDisk(): Promise<string[]> {
  const folder = at.path('.data/local/production/servers');
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.'));
  for (const name of names) JSON.parse(await readFile(`${folder}/${name}/server.json`, 'utf8'));
  return names.sort();
}

async function named(action: 'created' | 'destroyed'): Promise<string[]> {
  const { reports } = await at.reports();
  return reports.flatMap((report) =>
    report.type === 'resource' && report.action === action ? [report.name] : [],
  );
}

const completedSteps = async () =>
  (await at.reports()).reports.filter((report) => report.type === 'step' && report.state === 'completed')
    .length;

const someSteps = (count: number) =>
  waitFor(async () => (await completedSteps()) >= count, { what: `${count} steps` });

describe('killed in the middle', () => {
  it('the command leaves only complete servers, and the next attempt completes and reports the rest', async () => {
    const env = { PROVISIONING_IDEMPOTENCY_KEY: 'task-1' };
    for (const steps of [3, 20]) {
      const running = at.start(CREATE, env);
      await someSteps(steps);
      running.kill('SIGKILL');
      expect((await running.ended).signal).toBe('SIGKILL');
      const { length } = await onDisk();
      expect(length).toBeGreaterThanOrEqual(steps);
      expect(length).toBeLessThan(MANY.length);
    }
    const { status, stdout } = await at.start(CREATE, env).ended;
    expect(status).toBe(0);
    expect(stdout).toContain(`Successfully created ${MANY.length} servers`);
    expect(stdout).toContain('Server web-0 was created by an earlier attempt');
    const names = MANY.map(({ name }) => name).sort();
    expect(await onDisk()).toEqual(names);
    expect([...new Set(await named('created'))].sort()).toEqual(names);
    expect(
      (await readdir(at.path('.data/local/production/servers'))).filter((name) => name.startsWith('.')),
    ).toEqual([]);
  });

  it('a deletion is continued and reported by the next attempt', async () => {
    const env = { PROVISIONING_IDEMPOTENCY_KEY: 'task-2' };
    const remove = CREATE.map((word) => (word === 'create' ? 'delete' : word));
    await at.start(CREATE, { PROVISIONING_EVENTS: '' }).ended;
    const running = at.start(remove, env);
    await someSteps(5);
    running.kill('SIGKILL');
    await running.ended;
    expect((await onDisk()).length).toBeLessThan(MANY.length);
    const { status, stdout } = await at.start(remove, env).ended;
    expect(status).toBe(0);
    expect(stdout).toContain(`Successfully deleted ${MANY.length} servers`);
    expect(await onDisk()).toEqual([]);
    expect(new Set(await named('destroyed')).size).toBe(MANY.length);
  });
});

describe('stopped by a signal', () => {
  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)(
    'by %s, the command finishes the step under way and says what is done and what is not',
    async (signal, expected) => {
      const running = at.start([...CREATE, '--output', 'json']);
      await someSteps(3);
      running.kill(signal);
      const { status, stdout } = await running.ended;
      expect(status).toBe(expected);
      const { servers, error } = JSON.parse(stdout) as {
        servers: { name: string }[];
        error: { message: string };
      };
      const done = servers.map(({ name }) => name).sort();
      expect(await onDisk()).toEqual(done);
      expect(done.length).toBeLessThan(MANY.length);
      expect(error.message).toContain(
        `Stopped by ${signal}. Done: ${done.length} of ${MANY.length} servers. Not done: `,
      );
      const { reports } = await at.reports();
      const steps = reports.filter((report) => report.type === 'step');
      expect(steps.filter(({ state }) => state === 'started')).toHaveLength(done.length);
      expect(reports.at(-1)).toEqual({ type: 'error', message: error.message });
    },
  );

  it('while it waits for the nickel program, it ends that program and changes nothing', async () => {
    await fakeNickel('echo $$ > "$0.pid"; exec sleep 60');
    await at.write('production/config.ncl', '{ servers = [] }');
    const args = CREATE.map((word) => (word === 'config.yaml' ? 'config.ncl' : word));
    const running = at.start(args, { PATH: '/usr/bin:/bin', PROVISIONING_NICKEL: at.path('bin/nickel') });
    const id = await waitFor(
      async () => Number(await readFile(at.path('bin/nickel.pid'), 'utf8').catch(() => '')),
      { what: 'nickel to start' },
    );
    running.kill('SIGTERM');
    const { status, stderr } = await running.ended;
    expect(status).toBe(143);
    expect(stderr).toContain('Stopped by SIGTERM. Nothing was changed.');
    await waitFor(() => isGone(id), { what: 'nickel to end' });
  });
});

describe('a configured nickel program', () => {
  const args = CREATE.map((word) => (word === 'config.yaml' ? 'config.ncl' : word)).concat('--check');
  const run = (env: NodeJS.ProcessEnv = { PROVISIONING_NICKEL: at.path('bin/nickel') }) =>
    at.start(args, { PATH: `${at.path('bin')}:/usr/bin:/bin`, ...env }).ended;

  it('evaluates the file, and its error is shown', async () => {
    await at.write(
      'production/config.ncl',
      'let p = "big" in { servers = [{ name = "a", plan = p, zone = "z" }] }',
    );
    await fakeNickel(
      `[ "$1 $2 $3" = "export --format json" ] && echo '{"servers":[{"name":"a","plan":"big","zone":"z"}]}'`,
    );
    expect((await run()).stdout).toContain('+ server a (plan big, zone z)');
    await fakeNickel('echo "error: unbound identifier p" >&2; exit 1');
    const refused = await run();
    expect(refused.status).toBe(3);
    expect(refused.stderr).toContain(
      'production/config.ncl: nickel rejects the file:\nerror: unbound identifier p',
    );
  });

  it('is not used because it is on PATH', async () => {
    await at.write('production/config.ncl', '{ servers = [{ name = "a", plan = "own", zone = "z" }] }');
    await fakeNickel('exit 1');
    expect((await run({})).stdout).toContain('+ server a (plan own, zone z)');
  });

  it('that cannot be run is a fault', async () => {
    await at.write('production/config.ncl', '{ servers = [] }');
    const { status, stderr } = await run({ PROVISIONING_NICKEL: at.path('bin/none') });
    expect(status).toBe(3);
    expect(stderr).toContain('The program in PROVISIONING_NICKEL cannot be run (ENOENT)');
  });

  it('does not read files outside the workspace', async () => {
    await at.write('production/config.ncl', 'import "../../secret.ncl"');
    await fakeNickel(`echo read > "$0.read"; echo '{"servers":[]}'`);
    const { status, stderr } = await run();
    expect(status).toBe(3);
    expect(stderr).toContain('production/config.ncl:1:1: The file "../secret.ncl" is not allowed');
    await expect(readFile(at.path('bin/nickel.read'))).rejects.toThrow('ENOENT');
  });

  it('does not change the reported places of plain data', async () => {
    await at.write('production/config.ncl', '{ servers = [\n  { name = "a", plan = 1, zone = "z" }\n] }');
    await fakeNickel(`echo '{"servers":[{"name":"a","plan":1,"zone":"z"}]}'`);
    expect((await run()).stderr).toContain('production/config.ncl:2:24: servers[0].plan must be a string');
  });
});

describe('concurrent commands', () => {
  it('make each server once', async () => {
    const few = MANY.slice(0, 40);
    await at.write('production/config.yaml', settingsOf(...few));
    const all = await Promise.all([1, 2, 3, 4].map(() => at.start(CREATE).ended));
    expect(all.map(({ status }) => status)).toEqual([0, 0, 0, 0]);
    const names = few.map(({ name }) => name).sort();
    expect(await onDisk()).toEqual(names);
    expect((await named('created')).sort()).toEqual(names);
    expect((await at.reports()).ignored).toBe(0);
  });

  it('destroy each server once', async () => {
    const few = MANY.slice(0, 40);
    await at.write('production/config.yaml', settingsOf(...few));
    await at.servers('create');
    const all = await Promise.all([1, 2, 3].map(() => at.servers('delete')));
    expect(all.map(({ status }) => status)).toEqual([0, 0, 0]);
    expect(await onDisk()).toEqual([]);
    expect((await named('destroyed')).sort()).toEqual(few.map(({ name }) => name).sort());
  });
});

async function fakeNickel(script: string): Promise<void> {
  await mkdir(at.path('bin'), { recursive: true });
  await writeFile(at.path('bin/nickel'), `#!/bin/sh\n${script}\n`);
  await chmod(at.path('bin/nickel'), 0o755);
}

function isGone(id: number): boolean {
  try {
    process.kill(id, 0);
    return false;
  } catch {
    return true;
  }
}
