import { describe, expect, it, jest } from '@jest/globals';
import type { Exit } from '@provisioning/embedded';
import { setImmediate as turn } from 'node:timers/promises';
import { Keeper } from './keeper.js';
import { StartError } from './start-error.js';
import type { Running, Startable } from './startable.js';

const backoff = { first: 1, longest: 4 };

/** A process that the test ends. */
class Puppet implements Startable {
  readonly name = 'puppet';
  readonly stopWithinMs = 10;
  starts = 0;
  stops = 0;
  failures = 0;
  end: (exit: Exit) => void = () => undefined;
  refusal: () => Error = () => new Error('not today');
  /** Not ready until this resolves. */
  ready: Promise<void> = Promise.resolve();

  async start(): Promise<Running> {
    this.starts += 1;
    if (this.failures > 0) {
      this.failures -= 1;
      throw this.refusal();
    }
    await this.ready;
    const exited = new Promise<Exit>((resolve) => (this.end = resolve));
    const stop = (): Promise<void> => {
      this.stops += 1;
      this.end({ code: 0, signal: null });
      return Promise.resolve();
    };
    return { pid: this.starts, exited, stop };
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

describe('Keeper', () => {
  it('restarts a process that ended unexpectedly, and reports how it ended', async () => {
    const [puppet, report] = [new Puppet(), jest.fn<(line: string) => void>()];
    const keeper = new Keeper(puppet, { report, backoff });
    await keeper.start();
    puppet.end({ code: 3, signal: null });
    await until(() => keeper.pid === 2);
    expect(report.mock.calls.flat()).toEqual([
      'puppet ended with status 3; starting it again in 0.001 s',
      'puppet runs again (process 2)',
    ]);
    await keeper.stop();
    expect(puppet.stops).toBe(1);
  });

  it('retries with growing pauses while the process cannot be started', async () => {
    const [puppet, report] = [new Puppet(), jest.fn<(line: string) => void>()];
    const keeper = new Keeper(puppet, { report, backoff });
    await keeper.start();
    puppet.failures = 3;
    puppet.end({ code: null, signal: 'SIGKILL' });
    await until(() => keeper.pid === 5);
    expect(report.mock.calls.flat().slice(1, 4)).toEqual(
      ['0.002', '0.004', '0.004'].map(
        (pause) => `puppet could not be started, next attempt in ${pause} s: not today`,
      ),
    );
    await keeper.stop();
  });

  it('reports a first start that fails', async () => {
    const puppet = new Puppet();
    puppet.failures = 1;
    await expect(new Keeper(puppet, { report: () => undefined }).start()).rejects.toThrow('not today');
  });

  it('restarts a process that died before it was ready, also the first time', async () => {
    const [puppet, report] = [new Puppet(), jest.fn<(line: string) => void>()];
    puppet.refusal = () => new StartError('puppet was ended by SIGKILL before it was ready.');
    puppet.failures = 2;
    const keeper = new Keeper(puppet, { report, backoff });
    await keeper.start();
    expect(keeper.pid).toBe(3);
    expect(report.mock.calls.flat()).toEqual(
      ['0.001', '0.002'].map(
        (pause) =>
          `puppet could not be started, next attempt in ${pause} s: puppet was ended by SIGKILL before it was ready.`,
      ),
    );
    await keeper.stop();
  });

  it('ends a first start after the third attempt', async () => {
    const puppet = new Puppet();
    puppet.refusal = () => new StartError('died');
    puppet.failures = 9;
    await expect(new Keeper(puppet, { report: () => undefined, backoff }).start()).rejects.toThrow('died');
    expect(puppet.starts).toBe(3);
  });

  it('does not repeat a first start once it is stopped', async () => {
    const puppet = new Puppet();
    puppet.refusal = () => new StartError('died');
    puppet.failures = 9;
    const hour = { first: 3_600_000, longest: 3_600_000 };
    const reported = new Promise<string>((report) => {
      const keeper = new Keeper(puppet, {
        backoff: hour,
        report: (line) => {
          report(line);
          void keeper.stop();
        },
      });
      keeper.start().catch(() => undefined);
    });
    expect(await reported).toContain('next attempt in 3600 s');
    await turn();
    expect(puppet.starts).toBe(1);
  });

  it('waits for a process that runs, and reports the wait at intervals', async () => {
    const puppet = new Puppet();
    const lines: string[] = [];
    let serve: () => void = () => undefined;
    puppet.ready = new Promise((resolve) => (serve = resolve));
    const keeper = new Keeper(puppet, {
      waitingEveryMs: 1,
      report: (line) => {
        if (lines.push(line) === 3) serve();
      },
    });
    await keeper.start();
    expect(lines.slice(0, 3)).toEqual(
      Array(3).fill('puppet is not ready after 0 s; still waiting for it (press Ctrl-C to stop)'),
    );
    expect(puppet.starts).toBe(1);
    await keeper.stop();
  });

  it('does not restart a process that it was asked to end, not even during a pause', async () => {
    const puppet = new Puppet();
    const keeper = new Keeper(puppet, {
      report: () => undefined,
      backoff: { first: 3_600_000, longest: 3_600_000 },
    });
    await keeper.start();
    puppet.end({ code: 1, signal: null });
    await until(() => keeper.pid === undefined);
    await keeper.stop();
    expect(puppet.starts).toBe(1);
  });

  it('ends a process that was still starting when the stop was requested', async () => {
    const puppet = new Puppet();
    const keeper = new Keeper(puppet, { report: () => undefined });
    const started = keeper.start();
    await Promise.all([started, keeper.stop()]);
    expect(puppet.stops).toBe(1);
  });
});
