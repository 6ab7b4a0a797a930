import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JournalEntry } from './rollback.js';
import { planUndo } from './undo-plan.js';

function entry(seq: number, name: string, more: Partial<JournalEntry> = {}): JournalEntry {
  return {
    ...{ seq, name, taskId: `task-${seq}`, batchId: null, attempt: 1, state: 'done', change: 'create' },
    ...{ infra: 'i', kind: 'server', provider: 'local', driver: 'local', resourceId: `id-${name}` },
    ...{ before: null, after: {}, at: new Date(0), undoneBy: null },
    ...more,
  };
}

describe('the plan of an undoing', () => {
  it('goes strictly backwards, the changes of one operation together where nothing else came between', () => {
    const entries = [
      entry(1, 'a', { taskId: 'x' }),
      entry(2, 'b', { taskId: 'x' }),
      entry(3, 'c', { taskId: 'y' }),
      entry(4, 'd', { taskId: 'x' }),
    ];
    const { steps } = planUndo(entries, entries, []);
    expect(
      steps.map(({ operationId, entries: undone }) => [operationId, undone.map(({ seq }) => seq)]),
    ).toEqual([
      ['x', [4]],
      ['y', [3]],
      ['x', [2, 1]],
    ]);
  });

  it('has nothing in its way when everything since is undone with it', () => {
    const entries = fc.array(fc.record({ name: fc.constantFrom('a', 'b'), task: fc.nat(3) }), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(entries, (drawn) => {
        const all = drawn.map(({ name, task }, index) => entry(index + 1, name, { taskId: `t${task}` }));
        const { steps, inTheWay, impossible } = planUndo(all, all, []);
        expect([inTheWay, impossible]).toEqual([[], []]);
        const order = steps.flatMap(({ entries: undone }) => undone.map(({ seq }) => seq));
        expect(order).toEqual(all.map(({ seq }) => seq).reverse());
      }),
    );
  });

  it('names what stands on a server: itself changed, task services on it, clusters that span it, and nothing else', () => {
    const machine = entry(1, 'web-01');
    const since = [
      entry(2, 'web-01', { change: 'change' }),
      entry(3, 'web-01/containerd', { kind: 'taskserv' }),
      entry(4, 'buildkit', { kind: 'cluster', after: { servers: ['web-01'] } }),
      entry(5, 'web-010/containerd', { kind: 'taskserv' }),
      entry(6, 'other', { kind: 'cluster', after: { servers: ['web-02'] } }),
      entry(7, 'web-01', { infra: 'elsewhere' }),
    ];
    const { inTheWay } = planUndo([machine], [machine, ...since], []);
    expect(inTheWay.map(({ operationId }) => operationId)).toEqual(['task-2', 'task-3', 'task-4']);
  });

  it('says what only another program knows how to undo', () => {
    const { steps, impossible } = planUndo([entry(1, 'x', { resourceId: null })], [], []);
    expect(steps).toEqual([]);
    expect(impossible).toEqual([
      {
        operationId: 'task-1',
        reason: 'The server x was created by a program that alone knows how to undo it.',
      },
    ]);
  });
});
