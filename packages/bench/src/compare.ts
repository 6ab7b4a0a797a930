import { judge, type Bar, type JudgedBar } from './bars.js';
import { spreadOf, type Spread } from './spread.js';

export { percentile, spreadOf } from './spread.js';

/** One way of doing a piece of work. */
export interface Contender {
  name: string;
  /** Does the work once. @returns how it went, in the work's unit. */
  measure(): Promise<number>;
}

/** A piece of work, done in several ways in turn. */
export interface Work {
  id: string;
  title: string;
  unit: string;
  /** Whether more of the unit is better (a rate) or less (a time). */
  better: 'more' | 'less';
  /** The first is what the others are held against: the bare operation. */
  contenders: readonly [Contender, ...Contender[]];
  /** Where ours must get to. */
  bars?: readonly Bar[];
  /** Who would contend, but cannot on this machine, and why: told, never left out silently. */
  absent?: readonly Absent[];
  /** What a reader must know of how it was done: sentences. Those of a function are asked for after the last round. */
  notes?: readonly string[] | (() => readonly string[]);
}

export interface Absent {
  contender: string;
  why: string;
}

interface Result {
  contender: string;
  measured: Spread;
  /** To the bare operation of the same round; above 1 is better than bare, whatever the unit. */
  ratio: Spread;
}

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
 * Every contender once a round, each round beginning with another one: what the machine does beside us, and what one
 * leaves behind for the next, falls on all of them.
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

/** How many a second, when `count` of them are done by `atOnce` workers. */
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
