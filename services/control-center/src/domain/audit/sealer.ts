import type { Clock } from '../ports.js';
import type { ChainEnd } from './chain.js';
import type { AuditHeads, HeadKeys, HeadWrites, OutsideHeads, SignedHead } from './head.js';

export interface SealEvery {
  records: number;
  seconds: number;
}

/** At once: the rest comes with the next round. */
const MOST_HEADS = 100;

/** Signs the end of the chain every so many records, and whenever records have waited for that long enough. */
export class AuditSealer {
  constructor(
    private readonly heads: AuditHeads,
    private readonly keys: HeadKeys,
    private readonly outside: OutsideHeads,
    private readonly every: SealEvery,
    private readonly clock: Clock,
    /** Told when heads could be kept inside the database only. */
    private readonly notOutside: (error: unknown) => void,
  ) {}

  /** @param now that there is something to sign is reason enough. @returns how many heads were signed. */
  async seal(now = false): Promise<number> {
    const { sign } = this.keys;
    if (sign === undefined) return 0;
    return this.heads.alone(async (heads) => {
      const due = await this.#due(heads, now);
      if (due.length === 0) return 0;
      const at = this.clock().toISOString();
      const signed = due.map(({ seq, hash }) => sign({ seq, hash, at }));
      await this.outside.append(signed).catch(this.notOutside);
      await heads.insert(signed);
      return signed.length;
    });
  }

  async #due(heads: HeadWrites, now: boolean): Promise<ChainEnd[]> {
    const [newest, chain] = [await heads.newest(), await heads.chain()];
    const sealed = newest?.seq ?? 0;
    if (chain === undefined || chain.end.seq <= sealed) return [];
    const { records } = this.every;
    const full = Math.min(MOST_HEADS, Math.floor((chain.end.seq - sealed) / records));
    const ends = await heads.ends(Array.from({ length: full }, (_, n) => sealed + (n + 1) * records));
    const rest = sealed + full * records < chain.end.seq && full < MOST_HEADS;
    return rest && (now || this.#isLate(newest, chain.since)) ? [...ends, chain.end] : ends;
  }

  #isLate(newest: SignedHead | undefined, since: string): boolean {
    const waiting = this.clock().getTime() - Date.parse(newest?.at ?? since);
    return waiting >= this.every.seconds * 1000;
  }
}
