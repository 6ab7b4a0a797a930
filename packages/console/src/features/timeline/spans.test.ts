import { describe, expect, it } from '@jest/globals';
import type { BatchOperation } from '@provisioning/contracts';
import { spansOf } from './spans.js';

const START = Date.parse('2026-01-01T00:00:00Z');
const at = (second: number) => new Date(START + second * 1_000).toISOString();
const ran = (id: string, from: number, to: number, dependencies: string[] = []): BatchOperation => ({
  id,
  status: 'Completed',
  progress: 100,
  dependencies,
  started_at: at(from),
  completed_at: at(to),
});

describe('the timeline of a batch', () => {
  const spans = spansOf(
    [ran('last', 12, 15, ['slow', 'fast']), ran('slow', 1, 10), ran('fast', 2, 4)],
    START,
  );

  it('has the operations in the order in which they started, with the time that each waited', () => {
    expect(spans.map(({ id, ready, started = 0 }) => [id, (started - ready) / 1_000])).toEqual([
      ['slow', 1],
      ['fast', 2],
      ['last', 2],
    ]);
  });

  it('marks the chain that decided when the batch ended', () => {
    expect(spans.filter(({ isCritical }) => isCritical).map(({ id }) => id)).toEqual(['slow', 'last']);
  });

  it('leaves out what an earlier batch had completed, and keeps what has not started at the end', () => {
    const waiting: BatchOperation = { id: 'waiting', status: 'Pending', progress: 0, dependencies: ['a'] };
    const found = spansOf([waiting, ran('a', 1, 3), { ...ran('kept', 0, 1), kept: true }], START);
    expect(found.map(({ id }) => id)).toEqual(['a', 'waiting']);
    expect(found[1]).toMatchObject({ ready: START + 3_000, started: undefined, ended: undefined });
  });
});
