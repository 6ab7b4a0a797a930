/** The clock of the machine, which Postgres uses too, with fractions of a millisecond: `Date.now()` has none. */
export class WallClock {
  private constructor(private readonly offset: number) {}

  /** Waits for the start of the next millisecond. */
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
