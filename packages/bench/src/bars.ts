import { spreadOf } from './spread.js';

/**
 * Where a contender must get to: against another one, the best of several, or (without either) in the work's unit. It is a
 * quotient of what was measured, so a rate is asked to be `atLeast`, a time `atMost`, so many times the other's.
 */
export type Bar = {
  of: string;
  against?: string;
  /** Contenders, the best of which (by the medians) is what counts. */
  bestOf?: readonly string[];
} & ({ atLeast: number } | { atMost: number });

export interface JudgedBar {
  of: string;
  against: string | null;
  /** Among so many `against` is the best. */
  among?: number;
  atLeast?: number;
  atMost?: number;
  /** The median of the rounds' quotients; null when it could not be measured, for what is absent. */
  measured: number | null;
  reached: boolean | null;
}

/** @throws where a bar names nobody */
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
