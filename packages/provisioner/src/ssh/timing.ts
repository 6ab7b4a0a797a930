/** How long things take, in milliseconds. */
export interface Timing {
  /** Until there must be a connection. */
  connectMs: number;
  /** Both sides say so often that they are there … */
  tickMs: number;
  /** … and each takes the other for gone after so long without a word. */
  silenceMs: number;
  /** What a script has to put things in order when it is ended. */
  graceMs: number;
  /** A connection that nobody uses is kept for so long. */
  idleMs: number;
}

export const TIMING: Timing = {
  connectMs: 15_000,
  tickMs: 5_000,
  silenceMs: 30_000,
  graceMs: 12_000,
  idleMs: 30_000,
};
