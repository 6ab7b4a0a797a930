/** Where counting starts again after the last id: the kernel reserves those below (RESERVED_PIDS). */
const FIRST_AGAIN = 300;
/** More ids than any core can assign in a millisecond, including threads. */
const MOST_PER_CORE_AND_MS = 100;

/** What the clock reads from the machine. */
export interface PidSource {
  /** The id that was assigned last; undefined if unknown. */
  lastPid(): number | undefined;
  /** Milliseconds. */
  now(): number;
  /** Ids are below this. */
  maxPid: number;
  cores: number;
}

/** The time at which an id was assigned. */
export interface PidMark {
  pid: number;
  count: number;
  era: number;
}

/** The ids above `after` and up to `upTo`, wrapped around if that is lower. */
export interface PidRange {
  after: number;
  upTo: number;
  count: number;
}

/**
 * Knows which process ids were assigned since a known one: they increase and start again after the maximum. A wrap-around
 * in between is impossible as long as the ids are read more often than any machine can assign all of them.
 */
export class PidClock {
  /** The maximum interval between two readings, in milliseconds: fewer ids than exist can be assigned in it. */
  readonly maxGapMs: number;
  #last: number | undefined;
  #lookedAt = -Infinity;
  #count = 0;
  /** Changes whenever the order of ids is lost. */
  #era = 0;

  constructor(private readonly source: PidSource) {
    this.maxGapMs = this.#all / (source.cores * MOST_PER_CORE_AND_MS);
  }

  get #all(): number {
    return this.source.maxPid - FIRST_AGAIN;
  }

  /** The newest id there is. */
  look(): PidMark | undefined {
    const before = this.source.now();
    const pid = this.source.lastPid();
    // From the start of one reading to the end of the next: this process may be frozen in the middle of either.
    const gap = this.source.now() - this.#lookedAt;
    const last = this.#last;
    this.#lookedAt = before;
    this.#last = pid;
    if (pid === undefined || last === undefined || gap >= this.maxGapMs) this.#era++;
    else this.#count += pid >= last ? pid - last : pid - FIRST_AGAIN + this.source.maxPid - last;
    return pid === undefined ? undefined : { pid, count: this.#count, era: this.#era };
  }

  /** The ids that were assigned between two marks; undefined if they may be any. */
  between(from: PidMark | undefined, to: PidMark | undefined): PidRange | undefined {
    if (!from || !to || from.era !== to.era) return undefined;
    const count = to.count - from.count;
    return count < this.#all ? { after: from.pid, upTo: to.pid, count } : undefined;
  }
}

/** Whether an id is in the range. */
export function inRange(pid: number, { after, upTo }: PidRange): boolean {
  return after <= upTo ? pid > after && pid <= upTo : pid > after || pid <= upTo;
}
