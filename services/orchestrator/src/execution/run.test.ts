import { describe, expect, it, jest } from '@jest/globals';
import type { ClaimedTask, TaskResult } from '../domain/worker/ledger.js';
import { CrashPoints } from './crash-points.js';
import { Masker } from './masking/masker.js';
import { Run, type RunLedger } from './run.js';
import type { Work, WorkEnd } from './work.js';

const TASK: ClaimedTask = {
  ...{
    id: 't',
    attempt: 1,
    fresh: true,
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
    checkMode: false,
    batchId: null,
    operation: null,
  },
  ...{ idempotencyKey: 't', timeoutSeconds: null, requestId: 'r', traceparent: null, lastLine: 0 },
};
const COMPLETED: WorkEnd = { outcome: 'completed', exitCode: 0, signal: null, evidence: {} };

/** A run of completed work, whose result is being sent to a ledger that answers as given. */
function runThatEnded(finish: (result: TaskResult) => Promise<void>, end = COMPLETED) {
  const results: TaskResult[] = [];
  const work = {
    ended: Promise.resolve(end),
    ...{ cancel: jest.fn(), kill: jest.fn(), close: jest.fn() },
    ...{
      hasOutput: false,
      readLines: () => [],
      readRest: () => [],
      readReports: () => [],
      output: () => ({ head: '' }),
    },
  } satisfies Work;
  const ledger: RunLedger = {
    appendLog: () => Promise.resolve(),
    recordProgress: () => Promise.resolve(),
    recordChanges: () => Promise.resolve(true),
    reportLost: () => Promise.resolve(),
    async finish(result) {
      results.push(result);
      await finish(result);
      return 'done';
    },
  };
  const run = new Run(TASK, work, 'w', 10, new Masker([]), ledger, new CrashPoints(undefined));
  return { run, work, results };
}

describe('work that has ended, while its result is being stored', () => {
  it('keeps its result if it is cancelled', async () => {
    const { run, work, results } = runThatEnded(() => {
      run.cancel();
      return results.length === 1 ? Promise.reject(new Error('Postgres is away')) : Promise.resolve();
    });
    await run.complete();
    expect(results.map(({ status }) => status)).toEqual(['Completed', 'Completed']);
    expect(work.cancel).not.toHaveBeenCalled();
  });

  it('is reported once more when the executor stops, without a signal to its process', async () => {
    const { run, work, results } = runThatEnded(() => Promise.resolve());
    work.readRest = () => {
      run.stop(2);
      return [];
    };
    await run.complete();
    expect(results.map(({ status }) => status)).toEqual(['Completed']);
    expect(work.cancel).not.toHaveBeenCalled();
  });

  it('does not delay an executor that stops while Postgres is away', async () => {
    const { run, results } = runThatEnded(() => {
      run.giveUp();
      return Promise.reject(new Error('Postgres is away'));
    });
    await run.complete();
    expect(results).toHaveLength(1);
  });
});

it('reports the signal that killed a command, not its last output', async () => {
  const { run, work, results } = runThatEnded(() => Promise.resolve(), {
    ...{ outcome: 'failed', exitCode: null, signal: 'SIGKILL', evidence: {} },
  });
  work.readRest = () => ['Created server web-01'] as never[];
  await run.complete();
  expect(results).toMatchObject([
    { status: 'Failed', error: expect.stringMatching(/^The command was ended by SIGKILL before its end\./) },
  ]);
  expect(results[0]?.error).not.toContain('web-01');
});

describe('a result that cannot be stored as it is', () => {
  const refused = (code: string) => Object.assign(new Error('no such thing'), { code });

  it.each([
    [
      1,
      {
        status: 'Failed',
        permanent: true,
        data: {},
        error: 'What it reported cannot be stored: no such thing',
      },
    ],
    [2, { status: 'Failed', output: '', log: undefined }],
    [3, { status: 'Failed', changes: [] }],
  ])('is reported with less of it, %i times', async (times, last) => {
    const { run, results } = runThatEnded(() =>
      results.length <= times ? Promise.reject(refused(times === 2 ? '54000' : '22023')) : Promise.resolve(),
    );
    await run.complete();
    expect(results).toHaveLength(times + 1);
    expect(results[0]).toMatchObject({ status: 'Completed' });
    expect(results.at(-1)).toMatchObject({ ...last, evidence: { refused: 'no such thing' } });
  });

  it('is reported again unchanged if another result was at fault', async () => {
    const { run, results } = runThatEnded(() =>
      results.length === 1 ? Promise.reject(refused('40P01')) : Promise.resolve(),
    );
    await run.complete();
    expect(results.map(({ status }) => status)).toEqual(['Completed', 'Completed']);
  });
});

describe('an act with an intent', () => {
  const intent = {
    ...({
      type: 'intent',
      action: 'created',
      infra: 'i',
      kind: 'server',
      name: 'n',
      driver: 'noop',
      before: null,
    } as const),
    after: { id: '1' },
  };

  function runThatIntends(recordChanges: RunLedger['recordChanges']) {
    const work: Work & { kill: jest.Mock } = {
      ended: new Promise<WorkEnd>(() => undefined),
      ...{ cancel: jest.fn(), kill: jest.fn(), close: jest.fn() },
      ...{
        hasOutput: false,
        readLines: () => [],
        readRest: () => [],
        readReports: () => [],
        output: () => ({ head: '' }),
      },
    };
    const ledger: RunLedger = {
      appendLog: () => Promise.resolve(),
      recordProgress: () => Promise.resolve(),
      recordChanges,
      reportLost: () => Promise.resolve(),
      finish: () => Promise.resolve('done'),
    };
    const run = new Run(TASK, work, 'w', 10, new Masker([]), ledger, new CrashPoints(undefined));
    return { run, work };
  }

  it('starts once its intent is stored', async () => {
    const { work } = runThatIntends(() => Promise.resolve(true));
    expect(await work.onIntent!(intent)).toBe(true);
    expect(work.kill).not.toHaveBeenCalled();
  });

  it('does not start, and the work is ended, if another worker has the task', async () => {
    const { work } = runThatIntends(() => Promise.resolve(false));
    expect(await work.onIntent!(intent)).toBe(false);
    expect(work.kill).toHaveBeenCalled();
  });

  it('does not start, and the work is cancelled, if it is about another infra', async () => {
    const record = jest.fn(() => Promise.resolve(true));
    const { work } = runThatIntends(record);
    expect(await work.onIntent!({ ...intent, infra: 'other' })).toBe(false);
    expect(work.cancel).toHaveBeenCalled();
    expect(record).not.toHaveBeenCalled();
  });

  it('does not start if its intent could not be stored in time', async () => {
    const { run, work } = runThatIntends(() => Promise.reject(new Error('Postgres is away')));
    const asked = work.onIntent!(intent);
    run.stop(2);
    expect(await asked).toBe(false);
  });
});

it('stores each progress, and publishes the last one even if they are frequent', async () => {
  let end: (end: WorkEnd) => void = () => undefined;
  const steps = [1, 2, 3];
  const work = {
    ended: new Promise<WorkEnd>((resolve) => (end = resolve)),
    ...{ cancel: jest.fn(), kill: jest.fn(), close: jest.fn() },
    ...{ hasOutput: false, readLines: () => [], readRest: () => [], output: () => ({ head: '' }) },
    readReports: () => {
      const step = steps.shift();
      return step === undefined
        ? []
        : [{ type: 'step' as const, name: `${step}`, index: step, total: 3, state: 'completed' as const }];
    },
  } satisfies Work;
  const stored: number[] = [];
  const published: number[] = [];
  const ledger: RunLedger = {
    appendLog: () => Promise.resolve(),
    recordProgress: (_id, _attempt, { doneSteps }, publish) => {
      stored.push(doneSteps);
      if (publish) published.push(doneSteps);
      if (publish && doneSteps === 3) end(COMPLETED);
      return Promise.resolve();
    },
    recordChanges: () => Promise.resolve(true),
    reportLost: () => Promise.resolve(),
    finish: () => Promise.resolve('done'),
  };
  await new Run(TASK, work, 'w', 10, new Masker([]), ledger, new CrashPoints(undefined)).complete();
  expect(new Set(stored)).toEqual(new Set([1, 2, 3]));
  expect(published[0]).toBe(1);
  expect(published.at(-1)).toBe(3);
});

it('reads output after a pause without waiting for the next read of reports', async () => {
  jest.useFakeTimers();
  try {
    let printed: string[] = [];
    const work = {
      ended: new Promise<WorkEnd>(() => undefined),
      ...{ cancel: jest.fn(), kill: jest.fn(), close: jest.fn() },
      ...{ readReports: () => [], readRest: () => [], output: () => ({ head: '' }) },
      get hasOutput() {
        return printed.length > 0;
      },
      readLines: () => printed.splice(0),
    } satisfies Work;
    const shown: string[] = [];
    const ledger: RunLedger = {
      appendLog: ({ lines }) => Promise.resolve(void shown.push(...lines)),
      recordProgress: () => Promise.resolve(),
      recordChanges: () => Promise.resolve(true),
      reportLost: () => Promise.resolve(),
      finish: () => Promise.resolve('done'),
    };
    void new Run(TASK, work, 'w', 10, new Masker([]), ledger, new CrashPoints(undefined)).complete();
    // A read that finds nothing.
    await jest.advanceTimersByTimeAsync(200);
    printed = ['first'];
    await jest.advanceTimersByTimeAsync(40);
    expect(shown).toEqual(['first']);
    // Lines that follow at once are read together.
    printed = ['second'];
    await jest.advanceTimersByTimeAsync(40);
    printed.push('third');
    expect(shown).toEqual(['first']);
    await jest.advanceTimersByTimeAsync(80);
    expect(shown).toEqual(['first', 'second', 'third']);
  } finally {
    jest.useRealTimers();
  }
});

it('masks a secret that is split by a line end, for every way of reading it', async () => {
  let end: (end: WorkEnd) => void = () => undefined;
  const pieces = [['token hun'], [], [], ['ter2hunter2 ok', 'half of it: hunter']];
  const work = {
    ended: new Promise<WorkEnd>((resolve) => (end = resolve)),
    ...{ cancel: jest.fn(), kill: jest.fn(), close: jest.fn() },
    ...{ hasOutput: true, readReports: () => [], readRest: () => ['2hunter2'] },
    readLines: () => {
      const piece = pieces.shift();
      if (!piece) end(COMPLETED);
      return piece ?? [];
    },
    output: () => ({ head: 'token hun\nter2hunter2 ok' }),
  } satisfies Work;
  const shown: string[] = [];
  let result: TaskResult | undefined;
  const ledger: RunLedger = {
    appendLog: ({ lines }) => Promise.resolve(void shown.push(...lines)),
    recordProgress: () => Promise.resolve(),
    recordChanges: () => Promise.resolve(true),
    reportLost: () => Promise.resolve(),
    finish: (last) => {
      result = last;
      return Promise.resolve('done');
    },
  };
  const masker = new Masker(['hunter2hunter2']);
  await new Run(TASK, work, 'w', 10, masker, ledger, new CrashPoints(undefined)).complete();
  // An empty read came between them: the first three characters were shown, the rest never is.
  expect([...shown, ...result!.log!.lines]).toEqual(['token hun', '*** ok', 'half of it: ***', '']);
  expect(result!.output).toBe('token ***\n ok');
});
