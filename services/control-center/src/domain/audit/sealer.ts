import type { Clock } from '../clock.js';
import type { ChainEnd } from './chain.js';
import type {
  AuditCheckpoints,
  CheckpointKeys,
  CheckpointWrites,
  ExternalCheckpoints,
  SignedCheckpoint,
} from './checkpoint.js';

/** When a checkpoint is due. */
export interface SealEvery {
  records: number;
  seconds: number;
}

/** The number of checkpoints signed at once; the next run signs the rest. */
const MOST_CHECKPOINTS = 100;

/**
 * Signs the end of the chain after a number of records, and when a record has waited for a number of seconds.
 */
export class AuditSealer {
  constructor(
    private readonly checkpoints: AuditCheckpoints,
    private readonly keys: CheckpointKeys,
    private readonly external: ExternalCheckpoints,
    private readonly every: SealEvery,
    private readonly clock: Clock,
    /** Called when checkpoints could only be stored in the database. */
    private readonly onCopyFailed: (error: unknown) => void,
  ) {}

  /**
   * @param now signs the newest record even if it is not due yet.
   * @returns the number of checkpoints signed.
   */
  async seal(now = false): Promise<number> {
    const { sign } = this.keys;
    if (sign === undefined) return 0;
    return this.checkpoints.exclusively(async (checkpoints) => {
      const due = await this.#due(checkpoints, now);
      if (due.length === 0) return 0;
      const at = this.clock().toISOString();
      const signed = due.map(({ seq, hash }) => sign({ seq, hash, at }));
      await this.external.append(signed).catch(this.onCopyFailed);
      await checkpoints.insert(signed);
      return signed.length;
    });
  }

  async #due(checkpoints: CheckpointWrites, now: boolean): Promise<ChainEnd[]> {
    const [newest, chain] = [await checkpoints.newest(), await checkpoints.chain()];
    const sealed = newest?.seq ?? 0;
    if (chain === undefined || chain.end.seq <= sealed) return [];
    const { records } = this.every;
    const full = Math.min(MOST_CHECKPOINTS, Math.floor((chain.end.seq - sealed) / records));
    const ends = await checkpoints.ends(Array.from({ length: full }, (_, n) => sealed + (n + 1) * records));
    // A restore left a gap in the numbers. What follows is signed at once: it states which records were lost.
    if (ends.length < full) return [...ends.filter(({ seq }) => seq < chain.end.seq), chain.end];
    const rest = sealed + full * records < chain.end.seq && full < MOST_CHECKPOINTS;
    return rest && (now || this.#isLate(newest, chain.since)) ? [...ends, chain.end] : ends;
  }

  #isLate(newest: SignedCheckpoint | undefined, since: string): boolean {
    const waiting = this.clock().getTime() - Date.parse(newest?.at ?? since);
    return waiting >= this.every.seconds * 1000;
  }
}
