/** Intervals and time limits, in milliseconds. */
export interface Timing {
  /** The time limit for a connection. */
  connectMs: number;
  /** The interval at which both sides send keep-alive messages … */
  tickMs: number;
  /** … and the time without one after which a side considers the other gone. */
  silenceMs: number;
  /** The time that a script has to clean up when it is ended. */
  graceMs: number;
  /** The time after which an unused connection is closed. */
  idleMs: number;
}

/** The values for real servers; tests use shorter ones. */
export const TIMING: Timing = {
  connectMs: 15_000,
  tickMs: 5_000,
  silenceMs: 30_000,
  graceMs: 12_000,
  idleMs: 30_000,
};
