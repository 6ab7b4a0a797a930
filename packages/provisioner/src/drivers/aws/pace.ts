/** Time limits and intervals, in milliseconds. */
export interface Pace {
  /** Between two polls. */
  pollMs: number;
  /** To connect, and to receive one answer. */
  connectMs: number;
  answerMs: number;
  /** The maximum number of attempts at a request, and the time limit for all of them. */
  attempts: number;
  callMs: number;
  /** Until a new instance is visible with its tags. */
  visibleMs: number;
  /** Until an instance runs, is stopped or is gone; until a volume has grown. */
  runningMs: number;
  stoppedMs: number;
  goneMs: number;
  grownMs: number;
}

/** The values for AWS itself; tests use shorter ones. */
export const PACE: Pace = {
  pollMs: 4_000,
  connectMs: 5_000,
  answerMs: 30_000,
  attempts: 7,
  callMs: 120_000,
  visibleMs: 60_000,
  runningMs: 600_000,
  stoppedMs: 600_000,
  goneMs: 900_000,
  grownMs: 600_000,
};
