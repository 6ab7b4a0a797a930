import { spawnSync } from 'node:child_process';
import { describe } from '@jest/globals';

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

/**
 * `describe` for tests that run Prometheus' own promtool: skipped, and counted as skipped, where it is not installed.
 */
export const describeWithPromtool: typeof describe | typeof describe.skip = hasPromtool
  ? describe
  : describe.skip;

/**
 * Runs promtool.
 * @returns its output: only the names of files where it found no fault.
 */
export function promtool(args: readonly string[], input = ''): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync('promtool', args, { input, encoding: 'utf8' });
  return { status, said: `${stdout}${stderr}`.trim() };
}

/** Every sample of a text in Prometheus' format, by its name and labels as written there. */
export function samplesOf(text: string): Map<string, number> {
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    samples.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}
