import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { anyTasks } from '../support/capacity.js';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { waitFor } from '@provisioning/test-kit';
import { DEFAULT_TIMES } from '../../src/domain/worker/engine-times.js';
import { RUN_COOKIE } from '../../src/execution/command.js';
import { Executor } from '../../src/execution/executor.js';
import { findByCookie } from '../../src/execution/processes.js';
import { FakeLedger, scriptTask } from '../support/fake-ledger.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fencing-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function executorWith(ledger: FakeLedger): Executor {
  return new Executor(
    {
      databaseUrl: '',
      socketPath: join(folder, 's'),
      slot: 0,
      limits: anyTasks(2),
      stateDir: folder,
      logDir: join(folder, 'logs'),
      programs: { sh: ['/bin/sh'] },
      commands: {},
      driverHost: [],
      secrets: [],
      pollMs: 50,
      crashAt: undefined,
      staleWorkSeconds: 0,
      commandEnvironment: {},
      providerEnvironment: { PATH: process.env['PATH'] ?? '' },
      times: { ...DEFAULT_TIMES, heartbeat: 0.1 },
    },
    ledger,
  );
}

describe('an executor that waits for its commands to end', () => {
  it('ends them at once when it has lost its lease', async () => {
    const ledger = new FakeLedger([scriptTask('long', `echo > ${folder}/begun; sleep 3600`)]);
    const executor = executorWith(ledger);
    const ended = executor.run();
    await waitFor(() => existsSync(join(folder, 'begun')));
    executor.stop(3_600_000);
    ledger.dead = true;
    expect(await ended).toBe('fenced');
    expect(findByCookie(RUN_COOKIE, 'long-1')).toEqual([]);
    expect(ledger.results).toEqual([]);
  });

  it('gives back at once what a round claimed that was under way', async () => {
    const ledger = new FakeLedger([scriptTask('late', `echo > ${folder}/begun`)]);
    let answer = () => {};
    ledger.answers = new Promise((resolve) => (answer = resolve));
    const asked = jest.spyOn(ledger, 'round');
    const executor = executorWith(ledger);
    const ended = executor.run();
    await waitFor(() => asked.mock.calls.length > 0);
    executor.stop(3_600_000);
    answer();
    expect(await ended).toBe('drained');
    expect(ledger.givenBack).toEqual(['late']);
    expect(existsSync(join(folder, 'begun'))).toBe(false);
  });

  it('ends waiting when it is stopped at once', async () => {
    const ledger = new FakeLedger([scriptTask('long', `echo > ${folder}/begun; sleep 3600`)]);
    const executor = executorWith(ledger);
    const ended = executor.run();
    await waitFor(() => existsSync(join(folder, 'begun')));
    executor.stop(3_600_000);
    executor.stop(0);
    expect(await ended).toBe('drained');
    expect(ledger.released).toEqual([executor.identity.id]);
  });
});
