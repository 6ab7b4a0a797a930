import { describe, expect, it } from '@jest/globals';
import type { Submission } from '../load/submission.js';
import type { StoredTask } from '../system/system.js';
import type { WitnessLine } from '../witness/witness.js';
import { checkAccepted } from './accepted.js';
import { checkBatches } from './batches.js';
import { checkEnds, checkOverlaps, runsByTask } from './runs.js';

const line = (text: string, at: number): WitnessLine => {
  const [what, task = '', attempt = '1'] = text.split(' ');
  return { what: what as WitnessLine['what'], task, attempt: Number(attempt), pid: 7, at };
};
const witness = (...texts: string[]) => texts.map(line);
const stored = (task: Partial<StoredTask>): StoredTask => ({
  id: 'a',
  status: 'Completed',
  terminal: true,
  settings: 's',
  attempt: 1,
  error: null,
  ...task,
});
const submitted = (submission: Partial<Submission>): Submission => ({
  marker: 's',
  infra: 'i',
  checkMode: false,
  key: undefined,
  answers: [200],
  accepted: 'a',
  ...submission,
});
const promises = (violations: { promise: string }[]) => violations.map(({ promise }) => promise);

describe('the checks', () => {
  it('accept a run that was lost and repeated', () => {
    const lines = witness('start a 1', 'start a 2', 'end a 2');
    expect(checkOverlaps(lines)).toEqual([]);
    expect(checkEnds([stored({ attempt: 2 })], runsByTask(lines))).toEqual([]);
    expect(checkAccepted([submitted({})], [stored({})])).toEqual([]);
  });

  it('report two at once, on a task and on an infra', () => {
    expect(promises(checkOverlaps(witness('start a', 'task-held a 2', 'infra-held b')))).toEqual([
      'nothing runs twice at once',
      'one infra, one command',
    ]);
  });

  it('report an attempt that began twice', () => {
    expect(promises(checkOverlaps(witness('start a', 'end a', 'start a')))).toEqual([
      'nothing runs twice at once',
    ]);
  });

  it('report a task that is Completed without a complete run', () => {
    const lines = witness('start a 1', 'end a 2');
    expect(promises(checkEnds([stored({})], runsByTask(lines)))).toEqual(['completed means that it ran']);
  });

  it('report a failure that no lost worker explains', () => {
    const failed = { status: 'Failed', error: 'The command ended by SIGKILL' };
    expect(promises(checkEnds([stored(failed)], new Map()))).toEqual([
      'only a lost worker costs a task its success',
    ]);
    expect(checkEnds([stored({ ...failed, error: 'Given up after 3 lost attempts.' })], new Map())).toEqual(
      [],
    );
  });

  it.each([
    ['lost', submitted({}), [], ['what was accepted ends']],
    ['not ended', submitted({}), [stored({ terminal: false })], ['what was accepted ends']],
    ['stored twice', submitted({}), [stored({}), stored({ id: 'b' })], ['a key makes one task']],
    [
      'refused and stored',
      submitted({ answers: [409], accepted: undefined }),
      [stored({})],
      ['what was refused is not done'],
    ],
    [
      'sent with a key and never accepted',
      submitted({ key: 'k', answers: [503, 503], accepted: undefined }),
      [],
      ['a key gets an answer'],
    ],
    ['unanswered and stored', submitted({ answers: [0], accepted: undefined }), [stored({})], []],
  ])('report a submission that was sent and is %s', (_what, submission, tasks, expected) => {
    expect(promises(checkAccepted([submission], tasks))).toEqual(expected);
  });

  describe('of batches', () => {
    const batch = (parallel_limit: number) => ({
      batch_id: 'x',
      status: 'Completed',
      parallel_limit,
      operations: [
        { id: 'op-0', status: 'Completed', task_id: 'a', dependencies: [] },
        { id: 'op-1', status: 'Completed', task_id: 'b', dependencies: ['op-0'] },
        { id: 'op-2', status: 'Completed', task_id: 'c', dependencies: [] },
      ],
    });
    const check = (limit: number, ...texts: string[]) =>
      promises(checkBatches([], [batch(limit)], witness(...texts)));

    it('accept an order that follows the graph', () => {
      expect(check(2, 'start a', 'start c', 'end a', 'start b', 'end c', 'end b')).toEqual([]);
    });
    it('report an operation that did not wait', () => {
      expect(check(2, 'start a', 'start b', 'end a', 'end b')).toEqual(['dependencies first']);
    });
    it('report more at once than allowed', () => {
      expect(check(1, 'start a', 'start c', 'end c', 'end a')).toEqual(['the limit of a batch']);
    });
    it('report one that was accepted and never ended', () => {
      const running = { ...batch(1), status: 'Running' };
      expect(promises(checkBatches([submitted({ accepted: 'x' })], [running], []))).toEqual([
        'what was accepted ends',
      ]);
    });
  });
});
