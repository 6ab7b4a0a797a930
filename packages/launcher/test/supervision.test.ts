import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { waitFor } from '@provisioning/test-kit';
import { readFile, readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Playground } from './launch.js';

const UP = /Ctrl-C stops everything/;

describe('the supervisor', () => {
  let playground: Playground;
  beforeEach(async () => {
    playground = await Playground.create();
  });
  afterEach(() => playground.remove());

  it('starts in order and ends in reverse order with status 0', async () => {
    const launcher = playground.start();
    await launcher.prints(UP);
    launcher.kill('SIGTERM');
    await expect(launcher.exited).resolves.toEqual({ code: 0, signal: null });
    const events = await playground.events();
    expect(events.slice(0, 3)).toEqual(['run migrations', 'start control-center', 'start orchestrator']);
    expect(events.slice(3, 5).toSorted()).toEqual(['start worker-0', 'start worker-1']);
    expect(events.slice(5, 7).toSorted()).toEqual(['stop worker-0', 'stop worker-1']);
    expect(events.slice(7)).toEqual(['stop orchestrator', 'stop control-center']);
    expect(await playground.notes()).toEqual([]);
  });

  it('restarts a process that dies, and reports it', async () => {
    const launcher = playground.start();
    await launcher.prints(UP);
    process.kill(await playground.pidOf('orchestrator'), 'SIGKILL');
    await launcher.prints(
      /orchestrator was ended by SIGKILL; starting it again in 0\.5 s[^]*orchestrator runs again/,
    );
    expect((await playground.events()).filter((event) => event === 'start orchestrator')).toHaveLength(2);
  });

  it('shows warnings with the name of the process, and keeps everything in files', async () => {
    const launcher = playground.start();
    await launcher.prints(/\[worker-1\] warning: worker-1 has something to say/);
    await launcher.prints(UP);
    expect(launcher.output()).not.toContain('serving with');
    expect(await readFile(join(playground.dataDir, 'logs', 'worker-1.log'), 'utf8')).toContain(
      'serving with a database',
    );
  });

  it('kills a process that does not end on request', async () => {
    const launcher = playground.start({ IGNORE_TERM: 'orchestrator' });
    await launcher.prints(UP);
    const pid = await playground.pidOf('orchestrator');
    launcher.kill('SIGINT');
    await expect(launcher.exited).resolves.toEqual({ code: 0, signal: null });
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('ends everything and shows the last lines when a process does not start', async () => {
    const launcher = playground.start({ FAIL_TO_START: 'orchestrator' });
    await expect(launcher.exited).resolves.toEqual({ code: 1, signal: null });
    expect(launcher.output()).toMatch(
      /orchestrator ended with status 7 before it was ready[^]*does not want to start/,
    );
    expect((await playground.events()).at(-1)).toBe('stop control-center');
  });

  it('restarts a process that dies before it is ready', async () => {
    const launcher = playground.start({ DIE_ONCE: 'orchestrator' });
    await launcher.prints(UP);
    expect(launcher.output()).toMatch(
      /orchestrator could not be started, next attempt in 0\.5 s: orchestrator was ended by SIGKILL before it was ready/,
    );
    const events = await playground.events();
    expect(events.slice(1, 4)).toEqual(['start control-center', 'die orchestrator', 'start orchestrator']);
  });

  it('refuses a taken port before it starts anything', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await waitFor(() => holder.listening);
    const { port } = holder.address() as AddressInfo;
    const launcher = playground.start({ ORCHESTRATOR_PORT: String(port) });
    await expect(launcher.exited).resolves.toEqual({ code: 1, signal: null });
    expect(launcher.output()).toContain(`Port ${port} on 127.0.0.1 is used by another program`);
    expect(launcher.output()).toContain(`ORCHESTRATOR_PORT=${port + 1}`);
    expect(await playground.events()).toEqual([]);
    await new Promise((resolve) => holder.close(resolve));
  });

  it('refuses a second start on the same data directory, without affecting the first', async () => {
    const first = playground.start();
    await first.prints(UP);
    const second = playground.start();
    await expect(second.exited).resolves.toEqual({ code: 1, signal: null });
    expect(second.output()).toContain(`already running on ${playground.dataDir} (process ${first.pid})`);
    await expect(first.stop()).resolves.toEqual({ code: 0, signal: null });
  });

  it('ends the processes that a killed run left, and takes over its lock', async () => {
    const first = playground.start();
    await first.prints(UP);
    first.kill('SIGKILL');
    await first.exited;
    const second = playground.start();
    await second.prints(/ended 4 processes that a killed run had left/);
    await second.prints(UP);
    const controlCenter = (await playground.events()).filter((event) => event.endsWith('control-center'));
    expect(controlCenter).toEqual(['start control-center', 'stop control-center', 'start control-center']);
  });

  it('keeps the logs of five starts', async () => {
    for (let start = 0; start < 6; start += 1) {
      const launcher = playground.start({ FAIL_TO_START: 'control-center' });
      await launcher.exited;
    }
    const logs = (await readdir(join(playground.dataDir, 'logs'))).filter((name) =>
      name.startsWith('control-center'),
    );
    expect(logs.toSorted()).toEqual(
      ['1', '2', '3', '4'].map((age) => `control-center.${age}.log`).concat('control-center.log'),
    );
  });
});
