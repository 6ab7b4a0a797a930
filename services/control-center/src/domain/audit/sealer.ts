import type { Clock } from '../clock.js';
import type { ChainEnd } from './chain.js';
import type {
  AuditCheckpoints,
  CheckpointKeys,
  CheckpointWrites,
  ExternalCheckpoints,
  SignedCheckpoint,
} from './checkpoint.js';

export interface SealEvery {
  records: number;
  seconds: number;
}

/** At once: the rest comes with the next round. */
const MOST_CHECKPOINTS = 100;

/** Signs the end of the chain every so many records, and whenever records have waited for that long enough. */
export class AuditSealer {
  constructor(
    private readonly checkpoints: AuditCheckpoints,
    private readonly keys: CheckpointKeys,
    private readonly external: ExternalCheckpoints,
    private readonly every: SealEvery,
    private readonly clock: Clock,
    /** Told when checkpoints could be kept inside the database only. */
    private readonly onCopyFailed: (error: unknown) => void,
  ) {}

  /** @param now that there is something to sign is reason enough. @returns how many checkpoints were signed. */
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
    const rest = sealed + full * records < chain.end.seq && full < MOST_CHECKPOINTS;
    return rest && (now || this.#isLate(newest, chain.since)) ? [...ends, chain.end] : ends;
  }

  #isLate(newest: SignedCheckpoint | undefined, since: string): boolean {
    const waiting = this.clock().getTime() - Date.parse(newest?.at ?? since);
    return waiting >= this.every.seconds * 1000;
  }
}
