import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { waitFor } from '@provisioning/test-kit';
import { Command, RUN_COOKIE } from '../../src/execution/command.js';
import { findByCookie } from '../../src/execution/processes.js';
import { Spawners } from '../../src/execution/spawners.js';
import { spawnersOf } from '../support/spawners-of.js';

const workerId = `worker-of-tests-${process.pid}`;
let directory: string;
let runs = 0;
let spawners: Spawners;
let ticking: NodeJS.Timeout | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'command-'));
  spawners = new Spawners({
    workerId,
    limitSeconds: 1,
    path: process.env['PATH'] ?? '',
  });
});
afterEach(async () => {
  clearInterval(ticking);
  ticking = undefined;
  await spawners.end();
  rmSync(directory, { recursive: true, force: true });
});

/** Runs a program as a command. */
function start(...argv: string[]) {
  const runId = `test-${process.pid}-${++runs}`;
  const environment = { PATH: process.env['PATH'] ?? '' };
  const command = new Command({ directory: join(directory, runId), argv, environment, runId }, spawners);
  return {
    command,
    output: () => readFileSync(command.outputPath, 'utf8'),
    alive: () => findByCookie(RUN_COOKIE, runId),
    printed: (text: string) =>
      waitFor(
        () => existsSync(command.outputPath) && readFileSync(command.outputPath, 'utf8').includes(text),
      ),
  };
}

/** Runs a shell script as a command; with `ticks`, an executor sends heartbeats. */
function run(script: string, { ticks = true } = {}) {
  const path = join(directory, `script-${runs}.sh`);
  writeFileSync(path, script);
  if (ticks) ticking ??= setInterval(() => spawners.tick(), 200);
  return start('/bin/bash', path);
}

describe('a command', () => {
  it('prints into its file, in order, and its status is reported', async () => {
    const { command, output } = run('echo one; echo two >&2; exit 7');
    const end = await command.ended;
    expect(output()).toBe('one\ntwo\n');
    expect(end).toMatchObject({ exitCode: 7, signal: null });
  });

  it('sees the given environment, and none of the platform’s', async () => {
    process.env['A_SECRET_OF_OURS'] = 'x';
    const { command, output } = run('env | cut -d= -f1 | sort');
    await command.ended;
    delete process.env['A_SECRET_OF_OURS'];
    const ours = output().trim().split('\n');
    const shells = ['OLDPWD', 'PWD', 'SHLVL', '_'];
    expect(ours.filter((name) => !shells.includes(name))).toEqual([
      'PATH',
      'PROVISIONING_EVENTS',
      'PROVISIONING_RUN',
      'PROVISIONING_WORKER',
    ]);
  });

  it('reports the signal that ended it', async () => {
    const { command } = run('kill -SEGV $$');
    expect(await command.ended).toMatchObject({ exitCode: 139, signal: 'SIGSEGV' });
  });

  it('reports 127 for a program that does not exist', async () => {
    const { command } = run('exec /no/such/program');
    expect(await command.ended).toMatchObject({ exitCode: 127 });
  });

  it('has an empty standard input', async () => {
    const { command, output } = run('read -r line || echo "no input"');
    await command.ended;
    expect(output()).toBe('no input\n');
  });

  it('leaves no process behind when it ends', async () => {
    const { command, alive } = run('sleep 600 & setsid sleep 601 & echo started; exit 0');
    const end = await command.ended;
    expect(end.exitCode).toBe(0);
    expect(end.evidence.leftovers_killed.length).toBeGreaterThanOrEqual(2);
    expect(end.evidence.left).toEqual([]);
    expect(alive()).toEqual([]);
  });
});

describe('many commands at once', () => {
  it('keep their output apart, and leave no process behind', async () => {
    const commands = Array.from({ length: 40 }, (_, number) =>
      run(`setsid --fork sleep 600; echo ${number}; exit ${number}`),
    );
    for (const [number, { command, output, alive }] of commands.entries()) {
      const end = await command.ended;
      expect(end).toMatchObject({ exitCode: number, lost: undefined, evidence: { left: [] } });
      expect(end.evidence.leftovers_killed).toHaveLength(1);
      expect(output()).toBe(`${number}\n`);
      expect(alive()).toEqual([]);
    }
  });

  it('do not inherit the pipe to the executor, which must close when their spawner dies', async () => {
    const { command, output } = run('readlink /proc/self/fd/*');
    await command.ended;
    expect(output()).toContain('/dev/null');
    expect(output()).not.toContain('socket:');
  });
});

describe('the process that starts and watches commands', () => {
  const tree = `trap '' TERM; setsid --fork sleep 600; sleep 601 & echo ready; while :; do sleep 1; done`;

  it.each(['SIGKILL', 'SIGSTOP'] as const)(
    'ends its commands when it gets a %s, and reports their outcome as unknown; others are started',
    async (signal) => {
      const { command, printed, alive } = run(tree);
      const other = run('echo ready; sleep 2; exit 3');
      await printed('ready');
      await other.printed('ready');
      process.kill(spawnerOf(alive()), signal);
      expect(await command.ended).toMatchObject({ exitCode: null, lost: expect.any(String) });
      expect(alive()).toEqual([]);
      // In the other spawner.
      expect(await other.command.ended).toMatchObject({ exitCode: 3, lost: undefined });
      const after = [run('exit 4'), run('exit 5')].map(({ command: { ended } }) => ended);
      expect(await Promise.all(after)).toMatchObject([{ exitCode: 4 }, { exitCode: 5 }]);
      await waitFor(() => spawnersOf(workerId).length === 2);
    },
  );

  it('ends with its parent, together with everything that it runs', async () => {
    const { command, printed, alive } = run(tree);
    await printed('ready');
    await spawners.end();
    expect(await command.ended).toMatchObject({ lost: expect.any(String) });
    expect(alive()).toEqual([]);
    expect(spawnersOf(workerId)).toEqual([]);
  });

  it('survives a TERM to its process group', async () => {
    const { command, printed } = run('echo ready; sleep 1; exit 6');
    await printed('ready');
    for (const pid of spawnersOf(workerId)) process.kill(pid, 'SIGTERM');
    expect(await command.ended).toMatchObject({ exitCode: 6 });
  });

  /** The parent of the leader of a command's processes. */
  function spawnerOf(pids: readonly number[]): number {
    const known = spawnersOf(workerId);
    const parents = pids.map((pid) => parentOf(pid));
    return parents.find((parent) => known.includes(parent))!;
  }
});

function parentOf(pid: number): number {
  return Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

describe('cancelling a command', () => {
  it('lets a command that handles TERM end with its own status', async () => {
    const { command, printed, output } = run(
      `trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.1; done`,
    );
    await printed('ready');
    command.cancel(30);
    const end = await command.ended;
    expect(output()).toContain('bye');
    expect(end).toMatchObject({ exitCode: 3, signal: null });
    expect(end.evidence.signals.map(({ signal }) => signal)).not.toContain('SIGKILL');
  });

  it.each(['while :; do sleep 0.1; done', 'sleep 600', 'exec sleep 600'])(
    'ends a command without signal handlers at once: %s',
    async (script) => {
      const { command, printed, alive } = run(`echo ready; ${script}`);
      await printed('ready');
      command.cancel(600);
      expect(await command.ended).toMatchObject({ exitCode: 143, signal: 'SIGTERM' });
      expect(alive()).toEqual([]);
    },
  );

  it('ends a command that has just begun', async () => {
    const { command } = run('sleep 600');
    command.cancel(600);
    expect(await command.ended).toMatchObject({ signal: 'SIGTERM' });
  });

  it('kills processes that ignore TERM, have forked or are in another session', async () => {
    const { command, printed, alive } = run(`
      trap '' TERM
      (trap '' TERM; while :; do sleep 1; done) &
      setsid bash -c "trap '' TERM; while :; do sleep 1; done" &
      setsid --fork bash -c "trap '' TERM; echo far; while :; do sleep 1; done"
      echo ready; while :; do sleep 1; done`);
    await printed('far');
    await printed('ready');
    expect(alive().length).toBeGreaterThanOrEqual(5);
    command.cancel(0.5);
    const end = await command.ended;
    expect(end.evidence.signals.map(({ signal, to }) => `${signal} ${to}`)).toEqual(
      expect.arrayContaining(['SIGTERM group', 'SIGTERM process', 'SIGKILL group', 'SIGKILL process']),
    );
    expect(end.signal).toBe('SIGKILL');
    expect(end.evidence.left).toEqual([]);
    expect(alive()).toEqual([]);
  });
});

describe('the watchdog', () => {
  it('ends the command and all its processes without heartbeats', async () => {
    const { command, alive } = run(
      `trap '' TERM; setsid --fork sleep 600; sleep 601 & while :; do sleep 1; done`,
      { ticks: false },
    );
    expect(await command.ended).toMatchObject({ lost: expect.stringContaining('frozen') });
    expect(alive()).toEqual([]);
  });

  it('does not start a command that was requested too long ago', async () => {
    await run('true').command.ended;
    clearInterval(ticking);
    const frozen = spawnersOf(workerId);
    for (const pid of frozen) process.kill(pid, 'SIGSTOP');
    const { command, output } = run('echo begun');
    // Longer than a request for a command is valid. A longer sleep changes nothing.
    await sleep(1_500);
    for (const pid of frozen) process.kill(pid, 'SIGCONT');
    expect(await command.ended).toMatchObject({ lost: expect.stringContaining('frozen') });
    expect(output).toThrow('ENOENT');
  });

  it('does not affect a command while heartbeats arrive', async () => {
    const { command } = run('sleep 3; exit 5');
    expect(await command.ended).toMatchObject({ exitCode: 5, evidence: { signals: [] } });
  });

  it('still watches between TERM and KILL', async () => {
    const { command, printed, alive } = run(
      `trap 'echo asked' TERM; echo ready; while :; do sleep 0.2; done`,
    );
    await printed('ready');
    command.cancel(600);
    await printed('asked');
    clearInterval(ticking);
    const end = await command.ended;
    expect(end.evidence.signals.map(({ signal }) => signal)).not.toContain('SIGKILL');
    expect(alive()).toEqual([]);
  });
});
