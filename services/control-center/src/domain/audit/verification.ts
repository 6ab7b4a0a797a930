import { CHAIN_START, hashOf, type ChainedRecord, type ChainEnd } from './chain.js';
import type { CheckpointKeys, SignedCheckpoint } from './checkpoint.js';
import { follows, type Gap } from './gap.js';

/** A fault of the audit trail: the record, and what is wrong. */
export interface Fault {
  seq: number;
  reason: string;
}

/** The result of a verification. */
export interface Verification {
  ok: boolean;
  /** The number of records whose hash was recomputed. */
  checked: number;
  fault: Fault | undefined;
  /** The newest checkpoint with a valid signature. */
  checkpoint: SignedCheckpoint | undefined;
  /** The records that restores from backups have lost, as the trail states them. */
  gaps: readonly Gap[];
}

/** Sorts checkpoints into those with a valid signature, by number, and the faults of the others. */
export function readCheckpoints(
  checkpoints: readonly SignedCheckpoint[],
  keys: Pick<CheckpointKeys, 'isGood'>,
): { good: Map<number, SignedCheckpoint>; faults: Fault[] } {
  const good = new Map<number, SignedCheckpoint>();
  const faults: Fault[] = [];
  for (const checkpoint of checkpoints) {
    const { seq, keyId } = checkpoint;
    const isGood = keys.isGood(checkpoint);
    const other = good.get(seq);
    if (isGood === undefined) {
      faults.push({
        seq,
        reason: `The checkpoint of record ${seq} is signed with key ${keyId}, which is unknown. Add it to AUDIT_PUBLIC_KEYS if it was a key of this platform.`,
      });
    } else if (!isGood) {
      faults.push({ seq, reason: `The signature of the checkpoint of record ${seq} is invalid.` });
    } else if (other !== undefined && other.hash !== checkpoint.hash) {
      faults.push({ seq, reason: `There are two checkpoints of record ${seq}, both signed, that differ.` });
    } else good.set(seq, checkpoint);
  }
  return { good, faults };
}

/** Recomputes the hashes record by record, up to the first that is wrong. */
export class ChainCheck {
  checked = 0;
  fault: Fault | undefined;

  constructor(
    private end: ChainEnd,
    private readonly checkpoints: ReadonlyMap<number, ChainEnd>,
  ) {}

  /** @returns false at the first fault. */
  add(records: readonly ChainedRecord[]): boolean {
    for (const record of records) {
      const reason = this.#faultOf(record);
      if (reason !== undefined) {
        this.fault = { seq: record.seq > this.end.seq + 1 ? this.end.seq + 1 : record.seq, reason };
        return false;
      }
      this.end = record;
      this.checked += 1;
    }
    return true;
  }

  #faultOf(record: ChainedRecord): string | undefined {
    const { seq } = record;
    const { end } = this;
    if (!follows(record, end)) return `Record ${end.seq + 1} is missing: ${seq} comes after ${end.seq}.`;
    if (record.hash !== hashOf(record))
      return `Record ${seq} was changed: its hash does not match its content.`;
    if (record.prevHash !== end.hash)
      return `Record ${seq} does not follow record ${end.seq}: one of them was changed or inserted.`;
    const checkpoint = this.checkpoints.get(seq);
    return checkpoint === undefined || checkpoint.hash === record.hash
      ? undefined
      : `Record ${seq} is not the one that was signed: it or one before it was changed.`;
  }
}

/**
 * Returns where the remaining records begin; a fault where no checkpoint proves that the records before them were
 * dropped by the retention.
 */
export function beginning(
  first: number,
  checkpoints: ReadonlyMap<number, ChainEnd>,
  droppedUpto: number,
): ChainEnd | Fault {
  if (first <= 1) return CHAIN_START;
  // Records may be missing after it, because of a restore: the first record then states that.
  const checkpoint = checkpoints.get(droppedUpto);
  if (checkpoint === undefined || droppedUpto >= first) {
    return {
      seq: 1,
      reason: `Records 1 to ${first - 1} are missing, and they were not dropped by the retention.`,
    };
  }
  return checkpoint;
}

/** Returns the fault of a trail that ends before its newest checkpoint. */
export function cutOff(last: number, checkpoints: ReadonlyMap<number, SignedCheckpoint>): Fault | undefined {
  const newest = newestOf(checkpoints);
  return newest === undefined || newest.seq <= last
    ? undefined
    : {
        seq: last + 1,
        reason: `Records ${last + 1} to ${newest.seq} are missing: the checkpoint of ${newest.seq} was signed at ${newest.at}.`,
      };
}

/** Returns the checkpoint with the largest number; undefined where there is none. */
export function newestOf(checkpoints: ReadonlyMap<number, SignedCheckpoint>): SignedCheckpoint | undefined {
  return [...checkpoints.values()].reduce<SignedCheckpoint | undefined>(
    (newest, checkpoint) => (newest === undefined || checkpoint.seq > newest.seq ? checkpoint : newest),
    undefined,
  );
}
