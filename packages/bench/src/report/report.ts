import type { Comparison } from '../compare.js';
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
