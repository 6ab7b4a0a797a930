/** One request: when it was sent after the beginning, how long it took, and what was wrong with it. */
export interface Sample {
  operation: string;
  at: number;
  ms: number;
  fault: string | undefined;
}

/** Figures of one operation; times are in milliseconds. */
export interface OperationFigures {
  operation: string;
  requests: number;
  errors: number;
  perSecond: number;
  p50: number;
  p90: number;
  p99: number;
  max: number;
}

/** Figures of a run; times are in milliseconds. */
export interface Figures {
  seconds: number;
  total: OperationFigures;
  operations: OperationFigures[];
  /** Answers in each second. */
  timeline: number[];
  /** Each kind of fault, and how often it occurred. */
  faults: [fault: string, count: number][];
}

/**
 * Computes the figures of a run.
 * @param seconds its length
 */
export function figuresOf(samples: readonly Sample[], seconds: number): Figures {
  const names = [...new Set(samples.map(({ operation }) => operation))].sort();
  const timeline = Array.from({ length: Math.ceil(seconds) }, () => 0);
  for (const { at, ms } of samples) {
    const second = Math.floor((at + ms) / 1000);
    if (second < timeline.length) timeline[second]! += 1;
  }
  const faults = new Map<string, number>();
  for (const { operation, fault } of samples) {
    if (fault === undefined) continue;
    const key = `${operation}: ${fault}`;
    faults.set(key, (faults.get(key) ?? 0) + 1);
  }
  return {
    seconds,
    total: summary('all', samples, seconds),
    operations: names.map((name) =>
      summary(
        name,
        samples.filter(({ operation }) => operation === name),
        seconds,
      ),
    ),
    timeline,
    faults: [...faults].sort(([, a], [, b]) => b - a),
  };
}

function summary(operation: string, samples: readonly Sample[], seconds: number): OperationFigures {
  const times = samples.map(({ ms }) => ms).sort((a, b) => a - b);
  return {
    operation,
    requests: samples.length,
    errors: samples.filter(({ fault }) => fault !== undefined).length,
    perSecond: samples.length / seconds,
    p50: percentile(times, 50),
    p90: percentile(times, 90),
    p99: percentile(times, 99),
    max: times.at(-1) ?? 0,
  };
}

/** The smallest of the sorted values that is not below so many per cent of them; 0 where there are none. */
export function percentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0;
}
