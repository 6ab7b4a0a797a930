import type { Random } from '../random.js';
import { CRASH_POINTS } from './crash-points.js';
import { FAULTS, REDIS_FAULTS, type Draw } from './faults.js';

export interface PlannedFault extends Draw {
  kind: string;
  /** Seconds since the storm began. */
  at: number;
}

const GAP_SECONDS = [0.7, 1.9] as const;
/**
 * How long what is frozen stays so: shorter than anything notices; longer than a shim waits, around the fence; longer than
 * a lease.
 */
const LENGTHS = [
  [0.5, 2],
  [2.2, 6],
  [13, 15],
] as const;
const LONGEST = LENGTHS[2];

export const crashKind = (point: string) => `executor dies ${point}`;

/**
 * The whole storm, drawn before it begins: the same seed makes the same one, for the platform and for the control. Kinds
 * come out of a bag that is filled again when it is empty, so that a short storm has as many of them as possible.
 */
export function planStorm(random: Random, seconds: number, withRedis: boolean): PlannedFault[] {
  const kinds = [
    ...Object.keys(FAULTS),
    ...(withRedis ? Object.keys(REDIS_FAULTS) : []),
    ...CRASH_POINTS.map(crashKind),
  ];
  const plan: PlannedFault[] = [];
  let bag: string[] = [];
  for (let at = 1; at < seconds; at += random.between(...GAP_SECONDS)) {
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
