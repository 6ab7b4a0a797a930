import { describe, expect, it } from '@jest/globals';
import { pointsOf, type StepCounts } from './series.js';

const NOTHING = {
  submitted: 0,
  started: 0,
  left: 0,
  completed: 0,
  failed: 0,
  cancelled: 0,
  p50: null,
  p95: null,
};
const from = new Date('2026-01-01T00:00:00Z');
const range = { seconds: 240, stepSeconds: 60 };
const counts: StepCounts[] = [
  { ...NOTHING, step: -1, submitted: 5, started: 2, left: 2 },
  { ...NOTHING, step: 1, submitted: 1, started: 3, left: 4, completed: 2, p50: 1.5, p95: 9 },
];

describe('the points of a series', () => {
  it('has every step, and carries on the number of waiting tasks', () => {
    const points = pointsOf(counts, from, range, 0);
    expect(points.map(({ waiting }) => waiting)).toEqual([3, 0, 0, 0]);
    expect(points[1]).toMatchObject({ at: new Date('2026-01-01T00:01:00Z'), started: 3, durationP95: 9 });
    expect(points[2]).toMatchObject({ submitted: 0, durationP50: null });
  });

  it('leaves out steps that are not known whole, and counts what waits since', () => {
    expect(pointsOf(counts, from, range, 2).map(({ at, waiting }) => [at.getUTCMinutes(), waiting])).toEqual([
      [2, 0],
      [3, 0],
    ]);
  });
});
