import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Playground } from './launch.js';

describe('the sample', () => {
  let playground: Playground;
  beforeEach(async () => {
    playground = await Playground.create();
  });
  afterEach(() => playground.remove());

  it('runs the batch, shows its progress and its results, and ends with 0', async () => {
    const launcher = playground.start({}, '--demo', '--exit');
    await expect(launcher.exited).resolves.toEqual({ code: 0, signal: null });
    expect(launcher.output()).toMatch(/0 %\s+upcloud_servers\s+Running: Do it/);
    expect(launcher.output()).toMatch(/100 %\s+announce\s+Completed/);
    expect(launcher.output()).toMatch(/announce\s+│ Completed\s+│ 2\.0\s+│ did announce/);
    expect(launcher.output()).toContain('The batch: Completed');
    expect((await playground.events()).at(-1)).toBe('stop control-center');
  });

  it('ends with 1 and the reason when the batch fails', async () => {
    const launcher = playground.start({ FAILING_BATCH: '1' }, '--demo', '--exit');
    await expect(launcher.exited).resolves.toEqual({ code: 1, signal: null });
    expect(launcher.output()).toMatch(/The batch: Failed\. the sky is falling/);
  });

  it('leaves examples for the console when it continues to serve', async () => {
    const launcher = playground.start({}, '--demo');
    await launcher.prints(
      /Left for the console: a checkpoint, a failed batch, a running and a waiting one\./,
    );
    await launcher.prints(/Ctrl-C stops everything/);
    await expect(launcher.stop()).resolves.toEqual({ code: 0, signal: null });
  });

  it('shows the API’s own message when it refuses, and continues to serve', async () => {
    const launcher = playground.start({ EXPECTED_PASSWORD: 'another' }, '--demo');
    await launcher.prints(/could not be run: .*401: The user name or the password is wrong\./);
    await launcher.prints(/Ctrl-C stops everything/);
    await expect(launcher.stop()).resolves.toEqual({ code: 0, signal: null });
  });
});
