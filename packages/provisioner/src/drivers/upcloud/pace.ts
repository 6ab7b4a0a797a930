/** Time limits and intervals, in milliseconds. */
export interface Pace {
  /** Between two polls. */
  pollMs: number;
  /** For one answer. */
  answerMs: number;
  /** For the answer to a start, which arrives when the server runs. */
  startAnswerMs: number;
  /** The maximum number of attempts at a request, and the time limit for all of them. */
  attempts: number;
  repeatMs: number;
  /** The first wait before a repetition, doubled each time up to the longest. */
  backoffMs: number;
  maxBackoffMs: number;
  /** Until a new server is visible in lists. */
  visibleMs: number;
  /** Until a server runs, is stopped or is gone. */
  runningMs: number;
  stoppedMs: number;
  goneMs: number;
}

/** Servers start in 23 to 133 seconds, and stop in 6 to 24. */
export const PACE: Pace = {
  pollMs: 5_000,
  answerMs: 60_000,
  startAnswerMs: 180_000,
  attempts: 6,
  repeatMs: 120_000,
  backoffMs: 500,
  maxBackoffMs: 15_000,
  visibleMs: 60_000,
  runningMs: 600_000,
  stoppedMs: 300_000,
  goneMs: 600_000,
};
