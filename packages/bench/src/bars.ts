import { spreadOf } from './spread.js';

/**
 * The target of a contender: against another one, against the best of several, or (without either) in the work's unit. It
 * is a ratio of measured values, so a rate must be `atLeast`, a time `atMost`, that many times the other's.
 */
export type Bar = {
  of: string;
  against?: string;
  /** Contenders, of which the best one (by median) counts. */
  bestOf?: readonly string[];
} & ({ atLeast: number } | { atMost: number });

/** A target, and whether it was reached. */
export interface JudgedBar {
  of: string;
  against: string | null;
  /** The best of several that `against` stands for. */
  among?: number;
  atLeast?: number;
  atMost?: number;
  /** The median of the rounds' ratios; null if it could not be measured, because a contender is absent. */
  measured: number | null;
  reached: boolean | null;
}

/** @throws if a bar names an unknown contender */
export function judge(
  bars: readonly Bar[],
  better: 'more' | 'less',
  samples: ReadonlyMap<string, readonly number[]>,
  absent: readonly string[] = [],
): JudgedBar[] {
  const names = [...samples.keys(), ...absent];
  return bars.map((bar) => {
    const rivals = bar.bestOf ?? (bar.against === undefined ? [] : [bar.against]);
    for (const name of [bar.of, ...rivals])
      if (!names.includes(name)) throw new Error(`A bar names ${name}, but nobody of that name contends.`);
    const against = best(rivals, better, samples) ?? bar.against ?? null;
    const own = samples.get(bar.of);
    const others = against === null ? undefined : samples.get(against);
    const asked = {
      ...(bar.bestOf && { among: bar.bestOf.length }),
      ...('atLeast' in bar ? { atLeast: bar.atLeast } : { atMost: bar.atMost }),
    };
    if (own === undefined || (rivals.length > 0 && others === undefined))
      return { of: bar.of, against, ...asked, measured: null, reached: null };
    const measured = spreadOf(others ? own.map((value, round) => value / others[round]!) : own).median;
    const reached = 'atLeast' in bar ? measured >= bar.atLeast : measured <= bar.atMost;
    return { of: bar.of, against, ...asked, measured, reached };
  });
}

function best(
  rivals: readonly string[],
  better: 'more' | 'less',
  samples: ReadonlyMap<string, readonly number[]>,
): string | undefined {
  const medians = rivals
    .filter((name) => samples.has(name))
    .map((name) => ({ name, median: spreadOf(samples.get(name)!).median }));
  medians.sort((a, b) => (better === 'more' ? b.median - a.median : a.median - b.median));
  return medians[0]?.name;
}
