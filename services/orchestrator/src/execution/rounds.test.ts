import { describe, expect, it } from '@jest/globals';
import type { ClaimedTask, Round, TaskResult } from '../domain/worker/ledger.js';
import { neverStarted } from './never-started.js';
import { Rounds } from './rounds.js';

const task = (id: string) => ({ id, attempt: 1 }) as ClaimedTask;
const result = (id: string): TaskResult => neverStarted(task(id), 'w', 'a test');

/** Rounds with this many slots, over a ledger that answers when the test lets it. */
function roundsOver(slots: number, open: string[] = []) {
  const asked: { reported: string[]; room: number; answer: (round?: Partial<Round> | Error) => void }[] = [];
  const running = new Set<string>();
  const ready: string[][] = [];
  const rounds = new Rounds({
    ledger: {
      round: (_worker, results, { total: room }) =>
        new Promise((resolve, reject) => {
          const claimed = open.splice(0, room).map(task);
          const reported = results.map(({ taskId }) => taskId);
          asked.push({
            reported,
            room,
            answer: (round = {}) =>
              round instanceof Error
                ? reject(round)
                : resolve({ outcomes: results.map(() => 'done'), ready: [], claimed, ...round }),
          });
        }),
    },
    workerId: 'w',
    capacity: (leaving) => {
      const free = slots - running.size + leaving.filter((id) => running.has(id)).length;
      return { commands: free, operations: free, total: free };
    },
    beforeClaim: () => undefined,
    claimed: (tasks) => tasks.forEach(({ id }) => running.add(id)),
    ready: (ids) => ready.push([...ids]),
  });
  const turn = () => new Promise((resolve) => setTimeout(resolve, 0));
  return { rounds, asked, running, ready, turn };
}

describe('a round', () => {
  it('includes all results of the round before, and fills the freed slots', async () => {
    const { rounds, asked, running, turn } = roundsOver(3, ['d', 'e', 'f']);
    for (const id of ['a', 'b', 'c']) running.add(id);
    const first = rounds.finish(result('a'));
    await turn();
    const others = Promise.all([rounds.finish(result('b')), rounds.finish(result('c'))]);
    await turn();
    expect(asked.map(({ reported }) => reported)).toEqual([['a']]);
    asked[0]!.answer();
    expect(await first).toBe('done');
    running.delete('a');
    await turn();
    expect(asked.map(({ reported, room }) => [reported, room])).toEqual([
      [['a'], 1],
      [['b', 'c'], 2],
    ]);
    asked[1]!.answer();
    expect(await others).toEqual(['done', 'done']);
    expect([...running]).toEqual(expect.arrayContaining(['d', 'e', 'f']));
  });

  it('does not run without room, and answers waiting calls when it has run', async () => {
    const { rounds, asked, running, turn } = roundsOver(1);
    running.add('a');
    let looked = false;
    rounds.look(() => (looked = true));
    await turn();
    expect(asked).toEqual([]);
    void rounds.finish(result('a'));
    await turn();
    expect(asked.map(({ room }) => room)).toEqual([1]);
    expect(looked).toBe(false);
    asked[0]!.answer();
    await turn();
    expect(looked).toBe(true);
  });

  it('passes on only the ready tasks that found no room here', async () => {
    const { rounds, asked, running, ready, turn } = roundsOver(1, ['b']);
    running.add('a');
    void rounds.finish(result('a'));
    await turn();
    asked[0]!.answer({ ready: ['b', 'c'] });
    await turn();
    expect(ready).toEqual([['c']]);
  });

  it.each([
    ['22021', 'wrong data'],
    ['54000', 'an index row that is too long'],
    ['57014', 'taking too long'],
  ])(
    'that is refused (%s, %s) is reported again one by one: the others do not suffer for one of them',
    async (code) => {
      const { rounds, asked, turn } = roundsOver(0);
      const reported = Promise.allSettled(['a', 'b'].map((id) => rounds.finish(result(id))));
      await turn();
      const refusal = Object.assign(new Error('refused'), { code });
      asked[0]!.answer(refusal);
      await turn();
      asked[1]!.answer(refusal);
      await turn();
      asked[2]!.answer();
      expect((await reported).map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
      expect(asked.map(({ reported: ids }) => ids)).toEqual([['a', 'b'], ['a'], ['b']]);
    },
  );

  it('is repeated unchanged if Postgres asks for that', async () => {
    const { rounds, asked, turn } = roundsOver(0);
    const reported = Promise.allSettled(['a', 'b'].map((id) => rounds.finish(result(id))));
    await turn();
    asked[0]!.answer(Object.assign(new Error('deadlock detected'), { code: '40P01' }));
    expect((await reported).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(asked).toHaveLength(1);
  });

  it('rejects if it fails, so that the callers repeat their results', async () => {
    const { rounds, asked, turn } = roundsOver(0);
    const reported = rounds.finish(result('a'));
    await turn();
    asked[0]!.answer(new Error('Connection terminated unexpectedly'));
    await expect(reported).rejects.toThrow('Connection terminated');
  });
});
