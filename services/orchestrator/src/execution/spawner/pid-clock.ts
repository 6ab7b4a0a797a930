/** Where counting starts again after the last id: the kernel keeps those below for itself (RESERVED_PIDS). */
const FIRST_AGAIN = 300;
/** More than any core can give out in a millisecond, threads included. */
const MOST_PER_CORE_AND_MS = 100;

/** What the clock asks of the machine. */
export interface PidSource {
  /** The id that was given out last; undefined where nobody knows. */
  lastPid(): number | undefined;
  /** Milliseconds. */
  now(): number;
  /** Ids are below this. */
  maxPid: number;
  cores: number;
}

/** When an id was given out. */
export interface PidMark {
  pid: number;
  count: number;
  era: number;
}

/** The ids above `after` and up to `upTo`, over the end of the numbers where that is lower. */
export interface PidRange {
  after: number;
  upTo: number;
  count: number;
}

/**
 * Tells which process ids were given out since one that is known: they go up one by one and start again at the end. Whether
 * they went round in between is known as long as somebody looks often enough that no machine is as fast.
 */
export class PidClock {
  /** Between two looks no longer than this: more ids than there are cannot have been given out. */
  readonly maxGapMs: number;
  #last: number | undefined;
  #lookedAt = -Infinity;
  #count = 0;
  /** Changes whenever the thread is lost. */
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
    // From the beginning of one look to the end of the next: we may be frozen in the middle of either.
    const gap = this.source.now() - this.#lookedAt;
    const last = this.#last;
    this.#lookedAt = before;
    this.#last = pid;
    if (pid === undefined || last === undefined || gap >= this.maxGapMs) this.#era++;
    else this.#count += pid >= last ? pid - last : pid - FIRST_AGAIN + this.source.maxPid - last;
    return pid === undefined ? undefined : { pid, count: this.#count, era: this.#era };
  }

  /** What was given out between two marks; undefined when it may be any. */
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
