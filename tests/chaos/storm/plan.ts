import type { Random } from '../random.js';
import { CRASH_POINTS } from './crash-points.js';
import { FAULTS, REDIS_FAULTS, type Draw } from './faults.js';

export interface PlannedFault extends Draw {
  kind: string;
  /** Seconds since the storm began. */
  at: number;
}

/** Seconds between two faults, on average; fewer where a storm is too short for one of each kind. */
const GAP = 1.3;
/** Before the first fault, and after the last one. */
const EDGES = 2;
/**
 * How long a frozen process stays so: too short to be noticed; longer than a spawner waits, around the fence; longer
 * than a lease.
 */
const LENGTHS = [
  [0.5, 2],
  [2.2, 6],
  [13, 15],
] as const;
const LONGEST = LENGTHS[2];

const crashKind = (point: string) => `executor dies ${point}`;

/**
 * The whole storm, drawn before it begins: the same seed gives the same storm, for the platform and for the control.
 * Kinds are drawn without replacement until all were drawn, so that a short storm has as many of them as possible.
 */
export function planStorm(random: Random, seconds: number, withRedis: boolean): PlannedFault[] {
  const kinds = [
    ...Object.keys(FAULTS),
    ...(withRedis ? Object.keys(REDIS_FAULTS) : []),
    ...CRASH_POINTS.map(crashKind),
  ];
  const gap = Math.min(GAP, (seconds - EDGES) / kinds.length);
  const plan: PlannedFault[] = [];
  let bag: string[] = [];
  for (let at = EDGES / 2; at < seconds; at += random.between(0.6 * gap, 1.4 * gap)) {
    if (bag.length === 0) bag = random.shuffled(kinds);
    const kind = bag.pop()!;
    const [low, high] = kind === 'worker and executor frozen' ? LONGEST : random.of(LENGTHS);
    plan.push({
      kind,
      at,
      pick: random.next(),
      seconds: random.between(low, high),
    });
  }
  return plan;
}
