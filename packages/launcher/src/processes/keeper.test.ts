import { describe, expect, it, jest } from '@jest/globals';
import type { Exit } from '@provisioning/embedded';
import { setImmediate as turn } from 'node:timers/promises';
import { Keeper } from './keeper.js';
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

  start(): Promise<Running> {
    this.starts += 1;
    if (this.failures > 0) {
      this.failures -= 1;
      return Promise.reject(new Error('not today'));
    }
    const exited = new Promise<Exit>((resolve) => (this.end = resolve));
    const stop = (): Promise<void> => {
      this.stops += 1;
      this.end({ code: 0, signal: null });
      return Promise.resolve();
    };
    return Promise.resolve({ pid: this.starts, exited, stop });
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

describe('Keeper', () => {
  it('starts a process that ended by itself again, and tells how it ended', async () => {
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

  it('keeps trying with longer and longer pauses while it cannot be started', async () => {
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

  it('lets a first start that fails be seen', async () => {
    const puppet = new Puppet();
    puppet.failures = 1;
    await expect(new Keeper(puppet, { report: () => undefined }).start()).rejects.toThrow('not today');
  });

  it('does not start again what it was told to end, not even during a pause', async () => {
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

  it('ends what was still starting when the end was asked for', async () => {
    const puppet = new Puppet();
    const keeper = new Keeper(puppet, { report: () => undefined });
    const started = keeper.start();
    await Promise.all([started, keeper.stop()]);
    expect(puppet.stops).toBe(1);
  });
});
