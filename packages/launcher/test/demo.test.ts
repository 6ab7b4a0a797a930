import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Playground } from './launch.js';

describe('the sample', () => {
  let playground: Playground;
  beforeEach(async () => {
    playground = await Playground.create();
  });
  afterEach(() => playground.remove());

  it('runs all workflows, shows their results, and ends with 0', async () => {
    const launcher = playground.start({}, '--demo', '--exit');
    await expect(launcher.exited).resolves.toEqual({ code: 0, signal: null });
    expect(launcher.output()).toContain('4/4 production: again, nothing left to do: Completed');
    expect(launcher.output()).toContain('a sequence, not a batch');
    expect((await playground.events()).at(-1)).toBe('stop control-center');
  });

  it('ends with 1 and the reason when a workflow fails', async () => {
    const launcher = playground.start({ FAILING_TASKS: '1' }, '--demo', '--exit');
    await expect(launcher.exited).resolves.toEqual({ code: 1, signal: null });
    expect(launcher.output()).toMatch(/the sky is falling[^]*3 more were not run/);
  });

  it('shows the API’s own sentence when it refuses, and keeps serving', async () => {
    const launcher = playground.start({ EXPECTED_PASSWORD: 'another' }, '--demo');
    await launcher.prints(/could not be run: .*401: The user name or the password is wrong\./);
    await launcher.prints(/Ctrl-C stops everything/);
    await expect(launcher.stop()).resolves.toEqual({ code: 0, signal: null });
  });
});
