import { judge, type Bar, type JudgedBar } from './bars.js';
import { spreadOf, type Spread } from './spread.js';

export { percentile, spreadOf } from './spread.js';

/** One way to do a piece of work. */
export interface Contender {
  name: string;
  /** Does the work once. @returns the measured value in the work's unit */
  measure(): Promise<number>;
}

/** A piece of work that is done in several ways in turn. */
export interface Work {
  id: string;
  title: string;
  unit: string;
  /** Whether more of the unit is better (a rate) or less (a time). */
  better: 'more' | 'less';
  /** The first is the reference of the others: the bare operation. */
  contenders: readonly [Contender, ...Contender[]];
  /** The targets of the platform. */
  bars?: readonly Bar[];
  /** Contenders that cannot run on this machine, and why: they are always reported. */
  absent?: readonly Absent[];
  /** What a reader must know about how it was done, in sentences. Functions are called after the last round. */
  notes?: readonly string[] | (() => readonly string[]);
}

/** A contender that did not run, and why. */
export interface Absent {
  contender: string;
  why: string;
}

interface Result {
  contender: string;
  measured: Spread;
  /** Relative to the bare operation of the same round; above 1 is better, for any unit. */
  ratio: Spread;
}

/** The results of a piece of work, with all contenders. */
export interface Comparison {
  id: string;
  title: string;
  unit: string;
  better: 'more' | 'less';
  rounds: number;
  results: Result[];
  bars: JudgedBar[];
  absent: readonly Absent[];
  notes: readonly string[];
}

/**
 * Runs every contender once a round, in an order that changes with each round, so that other load on the machine and
 * after-effects of contenders affect all of them.
 */
export async function compare(
  { contenders, bars = [], absent = [], notes = [], ...work }: Work,
  rounds: number,
  tell: (line: string) => void = () => undefined,
): Promise<Comparison> {
  const samples = contenders.map((): number[] => []);
  for (let round = -1; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const index = (turn + Math.max(0, round)) % contenders.length;
      const value = await contenders[index]!.measure();
      // The first round warms up.
      if (round >= 0) samples[index]!.push(value);
    }
    if (round >= 0) tell(`${work.title}: round ${round + 1} of ${rounds}`);
  }
  const bare = samples[0]!;
  return {
    ...work,
    rounds,
    results: contenders.map(({ name }, index) => ({
      contender: name,
      measured: spreadOf(samples[index]!),
      ratio: spreadOf(
        samples[index]!.map((value, round) =>
          work.better === 'more' ? value / bare[round]! : bare[round]! / value,
        ),
      ),
    })),
    bars: judge(
      bars,
      work.better,
      new Map(contenders.map(({ name }, index) => [name, samples[index]!])),
      absent.map(({ contender }) => contender),
    ),
    absent,
    notes: typeof notes === 'function' ? notes() : notes,
  };
}

/** How many times a second `act` can be done, over about `milliseconds`. */
export function rateOfSync(act: () => unknown, milliseconds: number): number {
  const start = performance.now();
  let done = 0;
  while (performance.now() - start < milliseconds) {
    for (let burst = 0; burst < 50; burst++) act();
    done += 50;
  }
  return (done * 1000) / (performance.now() - start);
}

/** How many a second, if `count` of them are done by `atOnce` workers. */
export async function throughputOf(
  count: number,
  atOnce: number,
  act: (index: number) => Promise<unknown>,
): Promise<number> {
  let next = 0;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let index = next++; index < count; index = next++) await act(index);
    }),
  );
  return (count * 1000) / (performance.now() - start);
}
