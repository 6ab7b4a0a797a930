/** How long things may take, and how often is looked, all in milliseconds. */
export interface Pace {
  /** Between two looks at something that takes its time. */
  pollMs: number;
  /** For a connection, and for one answer. */
  connectMs: number;
  answerMs: number;
  /** How often one request is made at most, and within what time all of that has to happen. */
  attempts: number;
  callMs: number;
  /** Until what was made shows, and shows its tags. */
  visibleMs: number;
  /** Until an instance runs, stands still, is gone; until a volume has grown. */
  runningMs: number;
  stoppedMs: number;
  goneMs: number;
  grownMs: number;
}

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
