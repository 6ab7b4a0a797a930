import type { JudgedBar } from '../bars.js';
import type { Absent, Comparison } from '../compare.js';
import type { Machine } from '../setting/machine.js';

/** The results of a suite. */
export interface Report {
  suite: string;
  measuredAt: string;
  machine: Machine;
  comparisons: Comparison[];
}

/** When and where it was measured. */
export function settingLine(measuredAt: string, { node, processor, cores, memoryGiB }: Machine): string {
  return `${measuredAt.slice(0, 10)} · Node ${node} · ${processor}, ${cores} cores, ${memoryGiB} GiB`;
}

/** More than four digits would exceed the precision of a shared machine. */
export function rounded(value: number): string {
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return Number(value.toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: digits });
}

/** "ours: 0.41 × bare BullMQ, asked at least 0.8: not reached" */
export function verdict({ of, against, among, atLeast, atMost, measured, reached }: JudgedBar): string {
  const asked =
    atLeast === undefined ? `asked at most ${rounded(atMost!)}` : `asked at least ${rounded(atLeast)}`;
  const rival = against === null ? '' : ` × ${against}${among ? `, the best of ${among}` : ''}`;
  if (measured === null) return `${of}: ${asked}${rival}, not measured`;
  return `${of}: ${rounded(measured)}${rival}, ${asked}: ${reached ? 'reached' : 'not reached'}`;
}

/** A sentence about an absent contender. */
export function absentee({ contender, why }: Absent): string {
  return `${contender} did not take part: ${why}`;
}
