/** The clock of the machine, as Postgres tells it too, in parts of a millisecond: `Date.now()` has whole ones alone. */
export class WallClock {
  private constructor(private readonly offset: number) {}

  /** Waits for the next millisecond to begin. */
  static set(): Promise<WallClock> {
    const before = Date.now();
    for (;;) {
      const now = Date.now();
      if (now > before) return Promise.resolve(new WallClock(now - performance.now()));
    }
  }

  now(): number {
    return this.offset + performance.now();
  }
}
