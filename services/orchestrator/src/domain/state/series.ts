/** Numbers of tasks in one step of a period. */
export interface SeriesPoint {
  /** Start of the step. */
  at: Date;
  submitted: number;
  started: number;
  completed: number;
  failed: number;
  cancelled: number;
  /** Tasks that had not started at the end of the step. */
  waiting: number;
  /** Seconds from the start to the end of tasks that completed or failed; null without any. */
  durationP50: number | null;
  durationP95: number | null;
}

/** Numbers of tasks over a period that ends now. */
export interface Series {
  stepSeconds: number;
  /** Oldest first. */
  points: SeriesPoint[];
  /** False where there are too many tasks: the oldest steps are left out. */
  isComplete: boolean;
}

/** Length of a period and of its steps, in seconds. */
export interface SeriesRange {
  seconds: number;
  stepSeconds: number;
}

/** The periods by the name that the API gives them. */
export const SERIES_RANGES = {
  '1h': { seconds: 3_600, stepSeconds: 60 },
  '24h': { seconds: 86_400, stepSeconds: 900 },
  '7d': { seconds: 604_800, stepSeconds: 7_200 },
} as const satisfies Record<string, SeriesRange>;

/** What happened in one step; step -1 is all that came before the first. */
export interface StepCounts {
  step: number;
  submitted: number;
  started: number;
  /** Tasks that stopped waiting: they started, or were cancelled before they could. */
  left: number;
  completed: number;
  failed: number;
  cancelled: number;
  p50: number | null;
  p95: number | null;
}

/**
 * Makes a point of each step, those without events too.
 * @param from start of step 0
 * @param first the first step that is known whole
 */
export function pointsOf(
  counts: readonly StepCounts[],
  from: Date,
  { seconds, stepSeconds }: SeriesRange,
  first: number,
): SeriesPoint[] {
  const byStep = new Map(counts.map((count) => [count.step, count]));
  let waiting = 0;
  const points: SeriesPoint[] = [];
  for (let step = -1; step < seconds / stepSeconds; step++) {
    const found = byStep.get(step);
    waiting += (found?.submitted ?? 0) - (found?.left ?? 0);
    if (step < first) continue;
    points.push({
      at: new Date(from.getTime() + step * stepSeconds * 1000),
      submitted: found?.submitted ?? 0,
      started: found?.started ?? 0,
      completed: found?.completed ?? 0,
      failed: found?.failed ?? 0,
      cancelled: found?.cancelled ?? 0,
      waiting: Math.max(0, waiting),
      durationP50: found?.p50 ?? null,
      durationP95: found?.p95 ?? null,
    });
  }
  return points;
}
