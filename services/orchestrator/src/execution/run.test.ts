import { describe, expect, it, jest } from '@jest/globals';
import type { ClaimedTask, TaskResult } from '../domain/worker/ledger.js';
import { CrashPoints } from './crash-points.js';
import { Masker } from './masker.js';
import { Run, type RunLedger } from './run.js';
import type { Work, WorkEnd } from './work.js';

const TASK: ClaimedTask = {
  ...{
    id: 't',
    attempt: 1,
    reconcile: false,
    runner: 'command',
    program: 'p',
    verb: [],
    args: [],
    spec: null,
  },
  ...{
    undo: false,
    exactly: false,
    changes: null,
    intents: [],
    intentsToUndo: [],
    undoneKey: null,
    infra: 'i',
    batchId: null,
    operation: null,
  },
  ...{ idempotencyKey: 't', timeoutSeconds: null, requestId: 'r', traceparent: null, lastLine: 0 },
};
const COMPLETED: WorkEnd = { outcome: 'completed', exitCode: 0, signal: null, evidence: {} };

/** A run of work that has completed, whose result is on its way to a ledger that does this with it. */
function runThatEnded(finish: (result: TaskResult) => Promise<void>) {
  const results: TaskResult[] = [];
  const work = {
    ended: Promise.resolve(COMPLETED),
    ...{ tick: jest.fn(), cancel: jest.fn(), kill: jest.fn(), close: jest.fn() },
    ...{ readLines: () => [], readRest: () => [], readReports: () => [], output: () => '' },
  } satisfies Work;
  const ledger: RunLedger = {
    appendLog: () => Promise.resolve(),
    progress: () => Promise.resolve(),
    record: () => Promise.resolve(),
    lose: () => Promise.resolve(),
    async finish(result) {
      results.push(result);
      await finish(result);
      return 'done';
    },
  };
  const run = new Run(TASK, work, 'w', 10, new Masker([]), ledger, new CrashPoints(undefined));
  return { run, work, results };
}

describe('what has ended while its result is being stored', () => {
  it('is what it is: who cancels it comes too late', async () => {
    const { run, work, results } = runThatEnded(() => {
      run.cancel();
      return results.length === 1 ? Promise.reject(new Error('Postgres is away')) : Promise.resolve();
    });
    await run.complete();
    expect(results.map(({ status }) => status)).toEqual(['Completed', 'Completed']);
    expect(work.cancel).not.toHaveBeenCalled();
  });

  it('is told once more when the executor stops, and nobody is signalled', async () => {
    const { run, work, results } = runThatEnded(() => Promise.resolve());
    work.readRest = () => {
      run.stop(2);
      return [];
    };
    await run.complete();
    expect(results.map(({ status }) => status)).toEqual(['Completed']);
    expect(work.cancel).not.toHaveBeenCalled();
  });

  it('holds up no executor that stops while Postgres is away', async () => {
    const { run, results } = runThatEnded(() => {
      run.giveUp();
      return Promise.reject(new Error('Postgres is away'));
    });
    await run.complete();
    expect(results).toHaveLength(1);
  });
});

it('stores each progress, and tells those who follow of the last one too, however fast they come', async () => {
  let end: (end: WorkEnd) => void = () => undefined;
  const steps = [1, 2, 3];
  const work = {
    ended: new Promise<WorkEnd>((resolve) => (end = resolve)),
    ...{ tick: jest.fn(), cancel: jest.fn(), kill: jest.fn(), close: jest.fn() },
    ...{ readLines: () => [], readRest: () => [], output: () => '' },
    readReports: () => {
      const step = steps.shift();
      return step === undefined
        ? []
        : [{ type: 'step' as const, name: `${step}`, index: step, total: 3, state: 'completed' as const }];
    },
  } satisfies Work;
  const stored: number[] = [];
  const told: number[] = [];
  const ledger: RunLedger = {
    appendLog: () => Promise.resolve(),
    progress: (_id, _attempt, { doneSteps }, tell) => {
      stored.push(doneSteps);
      if (tell) told.push(doneSteps);
      if (tell && doneSteps === 3) end(COMPLETED);
      return Promise.resolve();
    },
    record: () => Promise.resolve(),
    lose: () => Promise.resolve(),
    finish: () => Promise.resolve('done'),
  };
  await new Run(TASK, work, 'w', 10, new Masker([]), ledger, new CrashPoints(undefined)).complete();
  expect(new Set(stored)).toEqual(new Set([1, 2, 3]));
  expect(told[0]).toBe(1);
  expect(told.at(-1)).toBe(3);
});
