import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { waitFor } from '@provisioning/test-kit';
import { Command, RUN_COOKIE } from '../../src/execution/command.js';
import { findByCookie } from '../../src/execution/processes.js';
import { Spawners } from '../../src/execution/spawners.js';

let directory: string;
let runs = 0;
let spawners: Spawners;
let ticking: NodeJS.Timeout | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'command-'));
  spawners = new Spawners({
    workerId: `worker-of-tests-${process.pid}`,
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

/** Runs a shell script as a command; with `ticks`, an executor is watching. */
function run(script: string, { ticks = true } = {}) {
  const path = join(directory, `script-${runs}.sh`);
  writeFileSync(path, script);
  if (ticks) ticking ??= setInterval(() => spawners.tick(), 200);
  return start('/bin/bash', path);
}

describe('a command', () => {
  it('prints into its file, in order, and its status is told', async () => {
    const { command, output } = run('echo one; echo two >&2; exit 7');
    const end = await command.ended;
    expect(output()).toBe('one\ntwo\n');
    expect(end).toMatchObject({ exitCode: 7, signal: null });
  });

  it('sees the environment that it was given, and nothing of ours', async () => {
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

  it('tells the signal that ended it', async () => {
    const { command } = run('kill -SEGV $$');
    expect(await command.ended).toMatchObject({ exitCode: 139, signal: 'SIGSEGV' });
  });

  it('says 127 for a program that is not there', async () => {
    const { command } = run('exec /no/such/program');
    expect(await command.ended).toMatchObject({ exitCode: 127 });
  });

  it('reads nothing: its standard input is empty', async () => {
    const { command, output } = run('read -r line || echo "no input"');
    await command.ended;
    expect(output()).toBe('no input\n');
  });

  it('leaves nothing behind when it ends by itself', async () => {
    const { command, alive } = run('sleep 600 & setsid sleep 601 & echo started; exit 0');
    const end = await command.ended;
    expect(end.exitCode).toBe(0);
    expect(end.evidence.leftovers_killed.length).toBeGreaterThanOrEqual(2);
    expect(end.evidence.left).toEqual([]);
    expect(alive()).toEqual([]);
  });
});

describe('cancelling a command', () => {
  it('ends one that listens to TERM, with its own status', async () => {
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
    'ends at once what knows nothing of signals: %s',
    async (script) => {
      const { command, printed, alive } = run(`echo ready; ${script}`);
      await printed('ready');
      command.cancel(600);
      expect(await command.ended).toMatchObject({ exitCode: 143, signal: 'SIGTERM' });
      expect(alive()).toEqual([]);
    },
  );

  it('ends one that has hardly begun', async () => {
    const { command } = run('sleep 600');
    command.cancel(600);
    expect(await command.ended).toMatchObject({ signal: 'SIGTERM' });
  });

  it('kills what ignores TERM, what forked and what went into a session of its own', async () => {
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

describe('the dead-man’s switch', () => {
  it('ends the command and all it started when nobody ticks', async () => {
    const { command, alive } = run(
      `trap '' TERM; setsid --fork sleep 600; sleep 601 & while :; do sleep 1; done`,
      { ticks: false },
    );
    await command.ended;
    expect(alive()).toEqual([]);
  });

  it('leaves a command alone as long as somebody ticks', async () => {
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
