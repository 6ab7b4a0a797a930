import type { ChainedRecord, ChainEnd } from './chain.js';

/**
 * The action of the record that a restore from a backup appends. Its number leaves out those that were used after the
 * backup: signed checkpoints of them may exist outside the database, and clients may have seen them.
 */
export const RESTORED_ACTION = 'platform.restored';

/** The numbers without records: those after `after`, up to `upto`. */
export interface Gap {
  after: number;
  upto: number;
  /** When the restore was noticed. */
  at: string;
}

/** Returns the gap before a record, as the record states it; undefined for every other record. */
export function gapBefore({ action, service, details, at }: ChainedRecord): Gap | undefined {
  if (action !== RESTORED_ACTION || service !== 'control-center') return undefined;
  // Safe cast: this service wrote the details; the types of both members are checked below.
  const { after, upto } = JSON.parse(details) as { after?: unknown; upto?: unknown };
  return typeof after === 'number' && typeof upto === 'number' ? { after, upto, at } : undefined;
}

/** Whether a record may follow the end of a chain: by its number, or after the gap that it states. */
export function follows(record: ChainedRecord, { seq }: ChainEnd): boolean {
  if (record.seq === seq + 1) return true;
  const gap = gapBefore(record);
  return gap?.after === seq && gap.upto === record.seq - 1;
}

/** Whether a number is in one of the gaps. */
export function isLost(seq: number, gaps: readonly Gap[]): boolean {
  return gaps.some(({ after, upto }) => seq > after && seq <= upto);
}
