import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { Registry } from 'prom-client';
import { jobMetrics } from './job-metrics.js';
import { JobRunner, type JobRunnerOptions, type PeriodicJob } from './job-runner.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** Lets the clock run, and all that becomes due with it. */
const advance = (ms: number) => jest.advanceTimersByTimeAsync(ms);

/** A runner of one job, with runs that end when the test says so. */
function runnerOf(job: Partial<PeriodicJob> = {}, options: Partial<JobRunnerOptions> = {}) {
  const ends: { resolve: (value?: unknown) => void; reject: (error: Error) => void }[] = [];
  const lines: { level: string; message: string; fields: object | undefined }[] = [];
  const at = (level: string) => (message: string, fields?: object) => {
    lines.push({ level, message, fields });
  };
  const runner = new JobRunner(
    [
      {
        name: 'tidy',
        intervalMs: 1_000,
        jitter: 0,
        failure: 'nothing is tidy',
        run: () => new Promise((resolve, reject) => ends.push({ resolve, reject })),
        ...job,
      },
    ],
    { log: { info: at('info'), warn: at('warn'), error: at('error') }, ...options },
  );
  return { runner, ends, lines };
}

it('starts the first run at once, and the next one an interval after the end of the last', async () => {
  const { runner, ends } = runnerOf();
  runner.start();
  expect(ends).toHaveLength(1);
  await advance(5_000);
  expect(ends).toHaveLength(1);
  ends[0]!.resolve();
  await advance(999);
  expect(ends).toHaveLength(1);
  await advance(1);
  expect(ends).toHaveLength(2);
});

it('waits an interval before the first run of a job that starts later', async () => {
  const { runner, ends } = runnerOf({ startsLater: true });
  runner.start();
  await advance(999);
  expect(ends).toHaveLength(0);
  await advance(1);
  expect(ends).toHaveLength(1);
});

it.each([
  [0, 900],
  [0.5, 1_000],
  [1, 1_100],
])('varies pauses by a tenth: at %d the pause is %d ms', async (random, pause) => {
  const { runner, ends } = runnerOf({ jitter: 0.1 }, { random: () => random });
  runner.start();
  ends[0]!.resolve();
  await advance(pause - 1);
  expect(ends).toHaveLength(1);
  await advance(1);
  expect(ends).toHaveLength(2);
});

it('runs again without a pause while there is more to do', async () => {
  let left = 3;
  const run = jest.fn(() => Promise.resolve(--left > 0));
  const { runner } = runnerOf({ run });
  runner.start();
  await advance(0);
  expect(run).toHaveBeenCalledTimes(3);
});

it('runs at once when it is woken, and waits a whole interval after that', async () => {
  const { runner, ends } = runnerOf();
  runner.start();
  ends[0]!.resolve();
  await advance(600);
  void runner.wake('tidy');
  expect(ends).toHaveLength(2);
  ends[1]!.resolve();
  await advance(999);
  expect(ends).toHaveLength(2);
  await advance(1);
  expect(ends).toHaveLength(3);
});

it('never overlaps: woken during a run, it runs once more after it and answers then', async () => {
  const { runner, ends } = runnerOf();
  runner.start();
  const answered: string[] = [];
  void runner.wake('tidy').then(() => answered.push('first'));
  void runner.wake('tidy').then(() => answered.push('second'));
  await advance(10_000);
  expect(ends).toHaveLength(1);
  ends[0]!.resolve();
  await advance(0);
  expect(ends).toHaveLength(2);
  // The run that was under way may have missed what the callers know of.
  expect(answered).toEqual([]);
  ends[1]!.reject(new Error('failed'));
  await advance(0);
  expect(answered).toEqual(['first', 'second']);
  expect(ends).toHaveLength(2);
});

it('waits at the stop for the run under way, then finishes, and runs no more', async () => {
  const finish = jest.fn(() => Promise.reject(new Error('no')));
  const { runner, ends, lines } = runnerOf({ finish });
  runner.start();
  const woken = jest.fn();
  void runner.wake('tidy').then(woken);
  const stopped = jest.fn();
  void runner.stop().then(stopped);
  await advance(10_000);
  expect(stopped).not.toHaveBeenCalled();
  expect(finish).not.toHaveBeenCalled();
  ends[0]!.resolve(true);
  await advance(10_000);
  expect(ends).toHaveLength(1);
  expect(finish).toHaveBeenCalledTimes(1);
  expect(stopped).toHaveBeenCalledTimes(1);
  expect(woken).toHaveBeenCalledTimes(1);
  expect(lines).toEqual([
    expect.objectContaining({ level: 'warn', message: 'a periodic job could not finish' }),
  ]);
  await runner.stop();
  expect(finish).toHaveBeenCalledTimes(1);
});

it('leaves the timer of a stopped job without effect', async () => {
  const { runner, ends } = runnerOf();
  runner.start();
  ends[0]!.resolve();
  await advance(0);
  await runner.stop();
  await runner.wake('tidy');
  runner.start();
  await advance(10_000);
  expect(ends).toHaveLength(1);
});

it('neither wakes nor finishes a job that was not started', async () => {
  const finish = jest.fn();
  const { runner, ends } = runnerOf({ finish });
  await runner.wake('tidy');
  await runner.stop();
  expect(ends).toHaveLength(0);
  expect(finish).not.toHaveBeenCalled();
});

it('goes on after failures, and logs the first, then one a minute, and the end of them', async () => {
  let fails = true;
  const run = () => (fails ? Promise.reject(new Error('away')) : undefined);
  const { runner, lines } = runnerOf({ run, failureLevel: 'error' });
  runner.start();
  await advance(59_999);
  expect(lines).toEqual([
    {
      level: 'error',
      message: 'nothing is tidy',
      fields: { job: 'tidy', failures: 1, error: new Error('away') },
    },
  ]);
  await advance(1);
  expect(lines.map(({ fields }) => fields)).toEqual([
    expect.objectContaining({ failures: 1 }),
    expect.objectContaining({ failures: 61 }),
  ]);
  fails = false;
  await advance(3_000);
  expect(lines.slice(2)).toEqual([
    { level: 'info', message: 'a periodic job works again', fields: { job: 'tidy', failures: 61 } },
  ]);
});

it('counts an exception of a synchronous job as a failure', async () => {
  const run = jest.fn(() => {
    throw new Error('no');
  });
  const { runner, lines } = runnerOf({ run });
  runner.start();
  await advance(1_000);
  expect(run).toHaveBeenCalledTimes(2);
  expect(lines).toHaveLength(1);
});

it('doubles the pause with each failure up to the longest, and returns to the interval', async () => {
  const { runner, ends } = runnerOf({ longestPauseMs: 3_000 });
  runner.start();
  for (const pause of [1_000, 2_000, 3_000, 3_000]) {
    const runs = ends.length;
    ends.at(-1)!.reject(new Error('away'));
    await advance(pause - 1);
    expect(ends).toHaveLength(runs);
    await advance(1);
    expect(ends).toHaveLength(runs + 1);
  }
  ends.at(-1)!.resolve();
  await advance(1_000);
  expect(ends).toHaveLength(6);
});

it('starts the named jobs only, and refuses names that no job or two jobs have', async () => {
  const runs: string[] = [];
  const job = (name: string): PeriodicJob => ({
    name,
    intervalMs: 1_000,
    failure: '',
    run: () => runs.push(name),
  });
  const log = { info: jest.fn(), warn: jest.fn(), error: jest.fn() };
  const runner = new JobRunner([job('a'), job('b')], { log });
  runner.start(['b']);
  expect(runs).toEqual(['b']);
  expect(() => runner.start(['c'])).toThrow('There is no periodic job "c".');
  expect(() => runner.wake('c')).toThrow('There is no periodic job "c".');
  expect(() => new JobRunner([job('a'), job('a')], { log })).toThrow('the same name');
  await runner.stop();
});

it('measures duration, failures and the last success', async () => {
  jest.setSystemTime(new Date('2026-01-01T00:00:00Z'));
  const registry = new Registry();
  const { runner, ends } = runnerOf({}, { observer: jobMetrics(registry) });
  runner.start();
  await advance(2_000);
  ends[0]!.resolve();
  await advance(1_000);
  ends[1]!.reject(new Error('away'));
  await advance(0);
  const text = await registry.metrics();
  expect(text).toContain('periodic_job_duration_seconds_count{job="tidy"} 2');
  expect(text).toContain('periodic_job_duration_seconds_sum{job="tidy"} 2');
  expect(text).toContain('periodic_job_failures_total{job="tidy"} 1');
  const succeededAt = Date.parse('2026-01-01T00:00:02Z') / 1000;
  expect(text).toContain(`periodic_job_last_success_timestamp_seconds{job="tidy"} ${succeededAt}`);
});
