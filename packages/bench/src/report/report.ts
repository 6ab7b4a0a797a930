import type { JudgedBar } from '../bars.js';
import type { Absent, Comparison } from '../compare.js';
import type { Machine } from '../setting/machine.js';

export interface Report {
  suite: string;
  measuredAt: string;
  machine: Machine;
  comparisons: Comparison[];
}

/** Four digits are more than a machine that others use can tell. */
export function rounded(value: number): string {
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return Number(value.toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: digits });
}

/** "ours: at least 0.8 × bare BullMQ asked, 0.41 measured: not reached" */
export function verdict({ of, against, atLeast, atMost, measured, reached }: JudgedBar): string {
  const limit = atLeast === undefined ? `at most ${rounded(atMost!)}` : `at least ${rounded(atLeast)}`;
  const asked = `${of}: ${limit}${against === null ? '' : ` × ${against}`} asked`;
  if (measured === null) return `${asked}, not measured`;
  return `${asked}, ${rounded(measured)} measured: ${reached ? 'reached' : 'not reached'}`;
}

export function absentee({ contender, why }: Absent): string {
  return `${contender} did not take part: ${why}`;
}
